#!/usr/bin/env bash
# Runs the commands of docs/kafka-security.md as root: every line that is indented and calls kafka-acls.sh, with what follows it.
set -euo pipefail
page=$1
export PATH=$PATH:/opt/kafka/bin
cd "$(mktemp -d)"
umask 077
cat > root.properties <<PROPERTIES
security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="root" password="$KAFKA_ROOT_PASSWORD";
PROPERTIES
commands=$(sed -n '/^    kafka-acls\.sh /,/[^\\]$/p' "$page")
bash -euo pipefail -c "$commands"
