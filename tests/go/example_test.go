package boltzapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"go.boltz.bio/boltzapi"
	"go.boltz.bio/boltzapi/option"
)

func ExampleAdminAPIKeyService_New() {
	service := start() // in place of the real one
	defer service.Close()
	client := service.client()

	created, err := client.Admin.APIKeys.New(context.Background(), boltzapi.AdminAPIKeyNewParams{
		Name:          "ci",
		AllowedIPs:    []string{"192.0.2.7"},
		ExpiresInDays: boltzapi.Int(30),
		Mode:          boltzapi.AdminAPIKeyNewParamsModeTest,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(created.Key) // the only time that it is shown
	fmt.Println(created.KeyDetails.ExpiresAt.Format(time.DateOnly))
	// Output:
	// sk_bc_ws_test_fake_key_1
	// 2026-12-01
}

func ExampleAdminAPIKeyService_ListAutoPaging() {
	service := start()
	defer service.Close()
	service.add("one", nil)
	service.add("two", nil)
	client := service.client()

	pager := client.Admin.APIKeys.ListAutoPaging(context.Background(), boltzapi.AdminAPIKeyListParams{Limit: boltzapi.Int(1)})
	for pager.Next() {
		fmt.Println(pager.Current().Name)
	}
	if err := pager.Err(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// one
	// two
}

func ExampleAdminAPIKeyService_ListAutoPaging_range() {
	service := start()
	defer service.Close()
	service.add("one", nil)
	client := service.client()

	for key, err := range client.Admin.APIKeys.ListAutoPaging(context.Background(), boltzapi.AdminAPIKeyListParams{}).All() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(key.Name, key.ExpiresAt.IsZero())
	}
	// Output:
	// one true
}

func ExampleAdminAPIKeyService_Revoke() {
	service := start()
	defer service.Close()
	service.add("old", nil)
	client := service.client()

	revoked, err := client.Admin.APIKeys.Revoke(context.Background(), "key_1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(revoked.IsActive)
	// Output:
	// false
}

func ExampleError() {
	service := start()
	defer service.Close()
	client := service.client()

	_, err := client.Admin.APIKeys.Revoke(context.Background(), "key_9")
	var failed *boltzapi.Error
	if errors.As(err, &failed) {
		fmt.Println(failed.StatusCode, failed.Code)
	}
	// Output:
	// 404 not_found
}

func ExampleOutcomeUnknown() {
	service := start()
	defer service.Close()
	service.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost {
			service.add("ci", nil) // the key is made, and the answer is lost
			w.WriteHeader(http.StatusBadGateway)
		}
		return r.Method == http.MethodPost
	}
	client := service.client(option.WithMaxRetries(5))
	ctx := context.Background()

	_, err := client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "ci", Mode: "test"})
	if boltzapi.OutcomeUnknown(err) {
		candidates, err := client.Admin.APIKeys.Candidates(ctx, err)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, key := range candidates {
			fmt.Println(key.ID, "may be what came of it")
		}
	}
	// Output:
	// key_1 may be what came of it
}

func ExampleAdminAPIKeyService_Rotate() {
	service := start()
	defer service.Close()
	service.add("ci", nil)
	client := service.client()

	rotation, err := client.Admin.APIKeys.Rotate(context.Background(), "key_1", boltzapi.AdminAPIKeyRotateParams{
		Check: func(_ context.Context, successor *boltzapi.AdminAPIKeyNewResponse) error {
			fmt.Println("store", successor.KeyDetails.ID) // and see that it works
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rotation.New.KeyDetails.ID, "took the place of", rotation.Old.ID)
	// Output:
	// store key_2
	// key_2 took the place of key_1
}

func ExampleAdminAPIKeyService_Find() {
	service := start()
	defer service.Close()
	service.add("ci", nil)
	service.add("old", func(key map[string]any) { key["is_active"] = false })
	client := service.client()

	for key, err := range client.Admin.APIKeys.Find(context.Background(), boltzapi.AdminAPIKeyFindParams{Active: boltzapi.Bool(true)}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(key.Name)
	}
	// Output:
	// ci
}
