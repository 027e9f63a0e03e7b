from tests.planner.agreement import Found, Pair
from tests.planner.drawn import drawn
from tests.planner.known import Known
from tests.stage import Person
async def test_x(pair: Pair, known: Known, people: list[Person]) -> None:
    found=Found()
    for person, doc in drawn(range(50), pair.schema, known, people):
        q=doc.question(); 
        await pair.ask(person,q,found)
    assert not found.differences
