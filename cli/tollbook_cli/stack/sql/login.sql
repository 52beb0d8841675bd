-- The password arrives as a SCRAM verifier: the server and its log never see it.
ALTER ROLE {role} WITH LOGIN PASSWORD {verifier};
