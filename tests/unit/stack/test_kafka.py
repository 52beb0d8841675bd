"""What Kafka's tools are given on their command lines."""

import base64

from tollbook_cli.stack.kafka import new_cluster_id


def test_a_cluster_id_is_16_bytes_and_never_looks_like_an_option() -> None:
    made = {new_cluster_id() for _ in range(2000)}
    assert len(made) == 2000
    assert all(len(base64.urlsafe_b64decode(f"{text}==")) == 16 for text in made)
    assert not any(text.startswith("-") for text in made)
