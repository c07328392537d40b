"""`loquet token --as EMAIL`: a bearer token for the REST API, from whoever may read the data folder.

The token stands alone on the last line, and nowhere else: the hub keeps its hash. Audited with the Unix user.
"""

import argparse
from collections.abc import Sequence
from datetime import timedelta

from hub.cli.opening import NoHubError, here, refuse, unix_user
from hub.services.letting_in import DEFAULT, LONGEST_CERTIFY, SCOPES, Scope, issue_token

LONGEST_DAYS = 3660  # ten years: the bench leaps that far, and no token need last longer
A_DAY = timedelta(days=1)


def main(argv: Sequence[str]) -> int:
    """Issue one token; 0 done, 1 refused with a reason, 2 misuse."""
    from hub.store.store import open_store

    wanted = _parser().parse_args(argv)
    scope = SCOPES[wanted.scope]
    lasts = LONGEST_CERTIFY if scope is Scope.CERTIFY and wanted.days is None else wanted.days or DEFAULT
    if scope is Scope.CERTIFY and lasts > LONGEST_CERTIFY:
        return refuse("token", "a certify token lasts 12 hours at most: leave --days out")
    try:
        settings, clock = here()
    except NoHubError as none:
        return refuse("token", str(none))
    now = clock.wall()
    with open_store(settings.database_url, group=False) as store:
        person = store.read(lambda tx: tx.people.by_email(wanted.email))
        if person is None:
            return refuse("token", f"nobody here has the address {wanted.email}")
        by = f"unix:{unix_user()}"
        token = store.write(lambda tx: issue_token(tx, person, scope, lasts, by, now))
    print(f"{scope.word}, for {wanted.email}, until {(now + lasts).isoformat(timespec='minutes')}:")
    print(token)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="loquet token", description="A bearer token for the REST API, on the last line."
    )
    parser.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="whose token it is")
    parser.add_argument("--scope", choices=list(SCOPES), default="read", help="each holds the one before")
    parser.add_argument("--days", type=_days, help="how long it lasts (30; certify: 12 hours at most)")
    return parser


def _days(text: str) -> timedelta:
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 0 < days <= LONGEST_DAYS:
        raise argparse.ArgumentTypeError(f"days are more than 0 and at most {LONGEST_DAYS}")
    return days * A_DAY
