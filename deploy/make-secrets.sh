#!/usr/bin/env bash
# Makes the passwords that docker-compose.yml names, once: files below deploy/secrets, and those of Kafka's own in .env.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 077
mkdir -p deploy/secrets
password() { head -c 24 /dev/urandom | base64 | tr -- '+/' '-_'; }
keep() { [ -s "deploy/secrets/$1" ] || printf '%s' "$2" > "deploy/secrets/$1"; }
for role in postgres owner sink kafka-root kafka-admin kafka-producer kafka-processor kafka-sink; do
    keep "$role" "$(password)"
done
# A libpq service file: unlike a password file, it may be read by the container's user, who is not this one.
service() {
    printf '[tollbook]\nhost=postgres\ndbname=%s\nuser=%s\npassword=%s\n' "$1" "$2" "$(cat "deploy/secrets/$3")"
}
keep postgres.service "$(service postgres postgres postgres)"
keep owner.service "$(service tollbook tollbook_owner owner)"
keep sink.service "$(service tollbook tollbook_sink sink)"
for role in root admin producer processor sink; do
    printf 'KAFKA_%s_PASSWORD=%s\n' "${role^^}" "$(cat "deploy/secrets/kafka-$role")"
done > .env
chmod 0444 deploy/secrets/*  # the containers' users read them; on this machine the folder lets in nobody else
