"""Logging in and out, by token and by cookie (ACC-5, rule 22)."""

from __future__ import annotations

import hashlib
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
import pytest_asyncio

from exgo_gql.auth.passwords import Passwords
from exgo_gql.auth.tokens import COOKIE
from exgo_gql.domain.actors import Role
from tests import scenes
from tests.stage import Company, Person, Stage

PASSWORD = "correct horse battery 电池"
LOGIN = """mutation($email: String!, $password: String!, $captcha: String) {
    login(input: {email: $email, password: $password, captcha: $captcha}) {
        token viewer { email name role permissions merchant { id companyName } }
        errors { __typename code message path } } }"""
VIEWER = "{ viewer { email role merchant { id } } }"


@pytest_asyncio.fixture(scope="session")
async def password_hash() -> str:
    """A real argon2id hash, made once."""
    passwords = Passwords()
    try:
        return await passwords.hash(PASSWORD)
    finally:
        passwords.close()


async def with_password(stage: Stage, person: Person, password_hash: str) -> str:
    """Give somebody a password; their e-mail."""
    await stage.admin.execute(
        "update users set password_hash = $2 where id = $1", person.user_id, password_hash
    )
    return str(await stage.admin.fetchval("select email from users where id = $1", person.user_id))


async def log_in(stage: Stage, email: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    """A log-in from a browser that knows nothing yet."""
    stage.http.cookies.clear()
    response = await stage.anonymous.post(LOGIN, {"email": email, "password": password}, **headers)
    stage.http.cookies.clear()
    return response


async def ask(stage: Stage, query: str, **headers: str) -> httpx.Response:
    stage.http.cookies.clear()
    return await stage.anonymous.post(query, **headers)


def cookie_of(response: httpx.Response) -> Any:
    """The session cookie that an answer sets."""
    cookie: SimpleCookie = SimpleCookie()
    cookie.load(response.headers["set-cookie"])
    return cookie[COOKIE]


@pytest_asyncio.fixture
async def company(stage: Stage) -> Company:
    return await stage.company()


@pytest_asyncio.fixture
async def email(stage: Stage, company: Company, password_hash: str) -> str:
    return await with_password(stage, company.operator, password_hash)


async def test_a_login_gives_a_token_and_says_who_one_is(stage: Stage, company: Company, email: str) -> None:
    # ACC-5, API-11
    response = await log_in(stage, email)
    given = response.json()["data"]["login"]
    assert given["errors"] == []
    viewer = given["viewer"]
    assert (viewer["email"], viewer["role"]) == (email, "OPERATOR")
    assert {"product:create", "asn:confirm", "order:submit", "product:read"} <= set(viewer["permissions"])
    assert not {"product:approve", "order:pick"} & set(viewer["permissions"])
    name = await stage.admin.fetchval("select company_name from merchants where id = $1", company.id)
    assert viewer["merchant"]["companyName"] == name
    known = await ask(stage, VIEWER, authorization=f"Bearer {given['token']}")
    assert known.json()["data"]["viewer"]["email"] == email


async def test_the_token_is_not_stored(stage: Stage, company: Company, email: str) -> None:
    # rule 22: 256 random bits, stored as SHA-256
    token = (await log_in(stage, email)).json()["data"]["login"]["token"]
    assert len(token) >= 43
    row = await stage.admin.fetchrow(
        """select token_hash, kind, address, expires_at - created_at as lasts, s::text as whole from sessions s
           where user_id = $1 and kind = 'LOGIN'""",
        company.operator.user_id,
    )
    assert row["token_hash"] == hashlib.sha256(token.encode()).digest()
    assert token not in row["whole"]
    assert row["address"] == "127.0.0.1"
    assert abs(row["lasts"].total_seconds() - 12 * 3600) < 60


async def test_a_wrong_email_and_a_wrong_password_answer_alike(
    stage: Stage, company: Company, email: str
) -> None:
    # ACC-5: an error that does not say which of e-mail and password it was
    answers = []
    for address, password in (
        (email, "wrong"),
        ("nobody@test.example", PASSWORD),
        (email, ""),
        ("", PASSWORD),
        ("", ""),
        (email, PASSWORD + " "),
        (email, PASSWORD.upper()),
        (f" {email}", PASSWORD),
        ("x" * 5_000, PASSWORD),
        (email, "x" * 257),
        (email, "x" * 100_000),
        ("' or 1=1 --", "' or 1=1 --"),
    ):
        response = await log_in(stage, address, password)
        assert "set-cookie" not in response.headers
        answers.append(response.json())
    told = answers[0]["data"]["login"]
    assert (told["token"], told["viewer"]) == (None, None)
    assert told["errors"] == [
        {
            "__typename": "RuleError",
            "code": "CREDENTIALS_WRONG",
            "message": "The e-mail or the password is wrong.",
            "path": ["input"],
        }
    ]
    assert all(answer == answers[0] for answer in answers)
    sessions = await stage.admin.fetchval(
        "select count(*) from sessions where user_id = $1 and kind = 'LOGIN'", company.operator.user_id
    )
    assert sessions == 0


async def test_the_answer_is_told_in_chinese_too(stage: Stage, email: str) -> None:
    response = await log_in(stage, email, "wrong", **{"accept-language": "zh-CN"})
    assert response.json()["data"]["login"]["errors"][0]["message"] == "邮箱或密码不正确。"


async def test_the_case_of_an_email_does_not_matter(stage: Stage, email: str) -> None:
    assert (await log_in(stage, email.upper())).json()["data"]["login"]["errors"] == []


async def test_browsers_get_a_cookie(stage: Stage, email: str) -> None:
    # ACC-5: an HttpOnly cookie for browsers
    response = await log_in(stage, email)
    cookie = cookie_of(response)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert (cookie["max-age"], cookie["secure"]) == (str(12 * 3600), "")
    assert cookie.value == response.json()["data"]["login"]["token"]
    known = await ask(stage, VIEWER, cookie=f"{COOKIE}={cookie.value}")
    assert known.json()["data"]["viewer"]["email"] == email


@pytest.mark.parametrize("by", ["token", "cookie"])
async def test_logging_out_ends_both_at_once(stage: Stage, email: str, by: str) -> None:
    # ACC-5: log-out revokes at once
    token = (await log_in(stage, email)).json()["data"]["login"]["token"]
    other = (await log_in(stage, email)).json()["data"]["login"]["token"]
    headers = {"token": {"authorization": f"Bearer {token}"}, "cookie": {"cookie": f"{COOKIE}={token}"}}
    response = await ask(stage, "mutation { logout { errors { code } } }", **headers[by])
    assert response.json()["data"]["logout"]["errors"] == []
    assert (cookie_of(response).value, cookie_of(response)["max-age"]) == ("", "0")
    refused = await ask(stage, VIEWER, **headers["token"])
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (
        401,
        "UNAUTHENTICATED",
    )
    nobody = await ask(stage, VIEWER, **headers["cookie"])
    assert (nobody.status_code, nobody.json()["data"]["viewer"]) == (200, None)
    known = await ask(stage, VIEWER, authorization=f"Bearer {other}")
    assert known.json()["data"]["viewer"]["email"] == email  # the other session stays


@pytest.mark.parametrize(
    "value",
    [
        "Bearer wrong",
        "Bearer ",
        "Bearer",
        "bearer exgo_x",
        "Basic dXNlcjpwdw==",
        "Token x",
        "Bearer " + "x" * 5_000,
    ],
)
async def test_a_wrong_bearer_token_is_refused(stage: Stage, value: str) -> None:
    response = await ask(stage, VIEWER, authorization=value)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in response.json()


@pytest.mark.parametrize("value", ["wrong", "", "x" * 5_000, '"quoted"'])
async def test_a_cookie_that_is_no_good_is_nobody(stage: Stage, email: str, value: str) -> None:
    # so that one can log in again
    response = await ask(stage, VIEWER, cookie=f"{COOKIE}={value}")
    assert (response.status_code, response.json()["data"]) == (200, {"viewer": None})
    stage.http.cookies.clear()
    again = await stage.anonymous.post(
        LOGIN, {"email": email, "password": PASSWORD}, cookie=f"{COOKIE}={value}"
    )
    assert again.json()["data"]["login"]["errors"] == []


async def test_a_bearer_token_goes_before_a_cookie(stage: Stage, company: Company, email: str) -> None:
    cookie = (await log_in(stage, email)).json()["data"]["login"]["token"]
    headers = {"authorization": f"Bearer {company.owner.token}", "cookie": f"{COOKIE}={cookie}"}
    assert (await ask(stage, VIEWER, **headers)).json()["data"]["viewer"]["role"] == "OWNER"
    headers["authorization"] = "Bearer wrong"
    assert (await ask(stage, VIEWER, **headers)).status_code == 401


async def test_sessions_end_by_themselves(stage: Stage, company: Company, email: str) -> None:
    token = (await log_in(stage, email)).json()["data"]["login"]["token"]
    await stage.admin.execute(
        "update sessions set expires_at = now() - interval '1 second' where user_id = $1 and kind = 'LOGIN'",
        company.operator.user_id,
    )
    assert (await ask(stage, VIEWER, authorization=f"Bearer {token}")).status_code == 401
    assert (await ask(stage, VIEWER, cookie=f"{COOKIE}={token}")).json()["data"]["viewer"] is None


async def test_a_disabled_user_is_out(stage: Stage, company: Company, email: str) -> None:
    token = (await log_in(stage, email)).json()["data"]["login"]["token"]
    await stage.admin.execute("update users set disabled_at = now() where id = $1", company.operator.user_id)
    assert (await ask(stage, VIEWER, authorization=f"Bearer {token}")).status_code == 401
    response = await log_in(stage, email)
    assert response.json()["data"]["login"]["errors"][0]["code"] == "CREDENTIALS_WRONG"


@pytest.mark.parametrize(
    ("status", "may"), [("SUSPENDED", False), ("PENDING_ACTIVATION", False), ("PENDING_PROFILE", True)]
)
async def test_who_may_log_in_by_the_merchants_state(
    stage: Stage, company: Company, email: str, status: str, may: bool
) -> None:
    # ACC-3: while suspended nobody of the merchant can log in; what they were logged in with stops
    made = await scenes.draft(company)
    token = (await log_in(stage, email)).json()["data"]["login"]["token"]
    await stage.admin.execute("update merchants set status = $2 where id = $1", company.id, status)
    codes = [e["code"] for e in (await log_in(stage, email)).json()["data"]["login"]["errors"]]
    assert codes == ([] if may else ["CREDENTIALS_WRONG"])
    if status == "SUSPENDED":
        assert (await ask(stage, VIEWER, authorization=f"Bearer {token}")).status_code == 401
        query = "query($id: ID!) { product(id: $id) { status } }"
        found = await stage.support.ask(query, {"id": made["id"]})
        assert found["product"] == {"status": "DRAFT"}  # documents stay


async def test_staff_log_in_too(stage: Stage, password_hash: str) -> None:
    person = await stage.person(Role.CUSTOMS)
    address = await with_password(stage, person, password_hash)
    viewer = (await log_in(stage, address)).json()["data"]["login"]["viewer"]
    assert (viewer["role"], viewer["merchant"]) == ("CUSTOMS", None)
    assert {"product:approve", "order:release"} <= set(viewer["permissions"])


async def test_nobody_sees_nobody(stage: Stage) -> None:
    assert (await ask(stage, VIEWER)).json()["data"] == {"viewer": None}
    for query in (
        "{ products { totalCount } }",
        'mutation { productDelete(input: {id: "x"}) { errors { code } } }',
        "mutation { logout { errors { code } } }",
    ):
        response = await ask(stage, query)
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED", query


async def test_a_request_logs_in_once(stage: Stage, email: str) -> None:
    # rule 17: one mutation that authenticates, so that guesses are not sent in bulk
    one = f'login(input: {{email: "{email}", password: "guess"}}) {{ errors {{ code }} }}'
    response = await ask(stage, f"mutation {{ a: {one} b: {one} }}")
    assert response.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
