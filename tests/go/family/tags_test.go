package boltzapi_test

import "testing"

func TestTags(t *testing.T) {
	client, got := answering(t, 200, `{"id": "u", "role": "owner"}`)
	if _, err := client.Users.GetUser(ctx, "u"); err != nil {
		t.Error(err)
	}
	if user, err := client.BillingAccounts.GetOwner(ctx, "a"); err != nil || user.Role != "owner" {
		t.Errorf("got %v, %v", user, err)
	}
	same(t, "/accounts/a/owner", got.URL.Path)
	pong, _ := answering(t, 200, `"pong"`)
	if text, err := pong.Default.Ping(ctx); err != nil || *text != "pong" {
		t.Errorf("got %v, %v", text, err)
	}
}
