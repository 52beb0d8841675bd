"""The demonstration: real figures through the whole pipe, checked against what was really used."""
