package boltzapi_test

import (
	"testing"
	"time"

	"go.boltz.bio/boltzapi"
)

func TestALaterContract(t *testing.T) {
	client, got := answering(t, 200, `{"id": "k", "mode": "sandbox", "key_type": "service", "description": null}`)
	key, err := client.Admin.APIKeys.CreateAPIKey(ctx, boltzapi.AdminAPIKeyCreateAPIKeyParams{
		Name: "ci", Mode: boltzapi.ModeParamSandbox, Description: boltzapi.String("d"),
	})
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, `{"name": "ci", "mode": "sandbox", "description": "d"}`, got.body)
	same(t, boltzapi.APIKeyKeyTypeService, key.KeyType)
	lists, got := answering(t, 200, `{"data": []}`)
	_, err = lists.Admin.APIKeys.ListAPIKeys(ctx, boltzapi.AdminAPIKeyListAPIKeysParams{
		CreatedAfter: boltzapi.Time(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
		Mode:         []boltzapi.ModeParam{"live", "test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "/v1/api-keys?created_after=2026-01-02T03%3A04%3A05Z&mode=live&mode=test", got.URL.RequestURI())
	workspaces, _ := answering(t, 200, `[{"id": "w"}]`)
	found, err := workspaces.Admin.Workspaces.ListWorkspaces(ctx)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "w", (*found)[0].ID)
}
