UPDATE llm_windows SET ledger_digest = sha256(ledger_digest);
