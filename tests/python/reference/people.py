"""Who is who: identities, members, staff (R2)."""

from __future__ import annotations

from .contract import MEMBER_ID_COLUMNS
from .load import Export, Row


class People:
    """Resolves ids to persons and tells customers from staff, bots and shills.

    Attributes:
        records: The members row that counts, by person.
        staff_of_member: staff_id by person; of two staff rows with one member_id the smaller staff_id (R21).
        department_of_staff: Department by staff_id, where known.
    """

    def __init__(self, export: Export) -> None:
        # Kept rows come in landing order, so a later id_value of another type overwrites an earlier one.
        self._person: dict[str, str] = {
            row["id_value"]: row["member_id"] for row in export.rows["identities"]
        }
        self.records: dict[str, Row] = {}
        own: set[str] = set()
        for row in export.rows["members"]:
            person = self.resolve(row["member_id"])
            if row["member_id"] == person:
                own.add(person)
                self.records[person] = row
            elif person not in own:
                self.records[person] = row
        self.staff_of_member: dict[str, str] = {}
        self.department_of_staff: dict[str, str | None] = {}
        for row in sorted(export.rows["staff"], key=lambda staff: staff["staff_id"], reverse=True):
            self.department_of_staff[row["staff_id"]] = row["department"]
            if row["member_id"] is not None:
                self.staff_of_member[self.resolve(row["member_id"])] = row["staff_id"]

    def resolve(self, member_id: str) -> str:
        """The person behind an id: one step, no chains."""
        return self._person.get(member_id, member_id)

    def resolved(self, row: Row) -> Row:
        """A copy of the row whose member ids are persons."""
        return {
            name: self.resolve(value) if name in MEMBER_ID_COLUMNS and value is not None else value
            for name, value in row.items()
        }

    def is_staff(self, person: str) -> bool:
        """Staff proper: a staff.member_id, or member_type staff; neither bot nor shill."""
        record = self.records.get(person)
        return person in self.staff_of_member or (record is not None and record["member_type"] == "staff")

    def is_customer(self, person: str) -> bool:
        """member_type customer or unknown (also: no members row), and no staff.member_id."""
        if person in self.staff_of_member:
            return False
        record = self.records.get(person)
        return record is None or record["member_type"] in (None, "customer")
