"""The queries that are sent to GraphQL."""

import httpx
import pytest

from rgt_tui.simulator import Simulator

BALANCE = "query { myself { clientBalance currentSpendPerHr spendLimit underBalance } }"

# github.com/runpod/runpod-python, api/queries/user.py of 1.12.0
USER = """
query myself {
    myself {
        id
        pubKey
        networkVolumes {
            id
            name
            size
            dataCenterId
        }
    }
}
"""


def ask(api: httpx.Client, query: str) -> dict[str, object]:
    answer = api.post("/graphql", json={"query": query})
    assert answer.status_code == 200
    body: dict[str, object] = answer.json()
    return body


def test_the_balance_falls_by_what_is_spent(api: httpx.Client, simulator: Simulator) -> None:
    def balance() -> tuple[float, float]:
        data = ask(api, BALANCE)["data"]
        assert isinstance(data, dict)
        return data["myself"]["clientBalance"], data["myself"]["currentSpendPerHr"]

    before, burn = balance()
    simulator.world.advance(3600)
    after, _ = balance()
    assert before == pytest.approx(122.17)
    assert before - after == pytest.approx(burn, abs=0.001)


def test_the_user_query_of_the_sdk_is_answered(api: httpx.Client) -> None:
    data = ask(api, USER)["data"]
    assert isinstance(data, dict)
    assert {volume["name"] for volume in data["myself"]["networkVolumes"]} >= {"nv-eu-01"}


def test_an_unknown_field_fails_the_whole_query(api: httpx.Client) -> None:
    errors = ask(api, "query { myself { clientBalance moonPhase } }")["errors"]
    assert isinstance(errors, list)
    assert errors[0]["message"] == 'Cannot query field "moonPhase" on type "User".'


@pytest.mark.parametrize(
    "query",
    ["query { myself", "query { myself { pods } }", "}{", "query { myself { id { x } } }", ""],
)
def test_a_query_that_does_not_fit_gets_errors_and_no_data(api: httpx.Client, query: str) -> None:
    body = ask(api, query)
    assert "errors" in body
    assert "data" not in body


def test_a_mutation_is_refused_counted_and_changes_nothing(
    api: httpx.Client, simulator: Simulator
) -> None:
    pod = simulator.world.find("train-a").id
    body = ask(api, f'mutation {{ podTerminate(input: {{ podId: "{pod}" }}) }}')
    assert "errors" in body
    assert simulator.mutations_refused == 1
    assert pod in simulator.world.pods


def test_a_single_pod_is_found_by_its_id(api: httpx.Client, simulator: Simulator) -> None:
    pod = simulator.world.find("train-a").id
    query = f'query {{ pod(input: {{podId: "{pod}"}}) {{ name runtime {{ uptimeInSeconds }} }} }}'
    assert ask(api, query) == {
        "data": {"pod": {"name": "train-a", "runtime": {"uptimeInSeconds": 273_600}}}
    }


def test_a_wrong_key_is_401(simulator: Simulator) -> None:
    answer = httpx.post(f"{simulator.url}/graphql", json={"query": BALANCE}, trust_env=False)
    assert answer.status_code == 401
