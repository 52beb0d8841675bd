import tollbook_producers


def test_the_public_names() -> None:
    assert sorted(tollbook_producers.__all__) == [
        "CallReport",
        "KafkaPublisher",
        "Publisher",
        "PublisherStats",
        "UnenforceableTimeoutError",
        "UnsupportedClientError",
        "configure",
        "flush",
        "publisher_stats",
        "track_gemini",
        "track_openai",
        "tracked_call",
        "usage_context",
    ]
    assert all(hasattr(tollbook_producers, name) for name in tollbook_producers.__all__)
