"""What can go wrong here, beside what the providers' own libraries raise."""


class UnusableAnswerError(ValueError):
    """A model answered with something that the product cannot use; run the job again."""
