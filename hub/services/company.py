"""Who else is there, where a machine asks for company (R58, S24)? What its view says of it, and whom that concerns.

Only who confirmed his presence counts, until he leaves or it runs out; nobody's name goes out of the house.
"""

from core.company import NOBODY, Company
from core.timeline import Span, merge
from hub.ports import Tx
from hub.services.house import House
from hub.services.welcoming import house_hours


def company_of(tx: Tx, house: House, machine: str, within: Span) -> Company:
    """Until when whoever is there counts, and when staff are; nobody for a machine that does not ask."""
    if house.policies[machine].buddy == "no":
        return NOBODY
    staffed = merge(one.span for one in house_hours(house, within))
    return Company(tuple(tx.assurance.present_until(house.lab, within.start)), staffed)


def asking(house: House) -> list[str]:
    """The machines whose views say who is there."""
    return [machine for machine, policy in house.policies.items() if policy.buddy != "no"]
