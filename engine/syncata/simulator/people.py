"""The people whom both simulated APIs know, each by the e-mail it has there."""


def learner_mail(number: int) -> str:
    """Return the e-mail of learner number 1, 2, … of the target."""
    return f"learner-{number:04d}@example.com"


def source_mail(number: int) -> str:
    """Return the same learner's e-mail as the source writes it: one in 50 in another case."""
    mail = learner_mail(number)
    return f"Learner-{number:04d}@Example.COM" if number % 50 == 3 else mail


def newcomer_mail(number: int) -> str:
    """Return the e-mail of somebody whom only the source knows."""
    return f"newcomer-{number:02d}@example.com"
