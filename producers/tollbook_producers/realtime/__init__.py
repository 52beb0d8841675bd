"""Websocket sessions: what passes over the socket is read there, and the SDKs' own classes stay as they are."""
