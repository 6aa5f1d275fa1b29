import httpx


def test_the_admin_is_where_the_operator_put_it_in_the_editors_language(shop_server, db):
    shop = shop_server(ADMIN_PATH="back-office")
    with httpx.Client(base_url=shop.url, trust_env=False) as client:
        assert client.get("/admin/").status_code == 404
        answer = client.get("/back-office/")
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/back-office/login/")
        assert "back-office" not in client.get("/robots.txt").text
