package main

import (
	"context"
	"fmt"
	"os"

	"go.boltz.bio/boltzapi"
)

func main() {
	if err := run(context.Background(), boltzapi.NewClient()); err != nil { // BOLTZ_API_KEY and BOLTZ_BASE_URL are set
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, client boltzapi.Client) error {
	keys := client.Admin.APIKeys
	created, err := keys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "gopher", ExpiresInDays: boltzapi.Int(30)})
	if err != nil {
		return err
	}
	fmt.Printf("created %s, key %s…, shown once\n", created.KeyDetails.Name, created.KeyDetails.KeyPrefix)

	count := 0
	for _, err := range keys.ListAutoPaging(ctx, boltzapi.AdminAPIKeyListParams{Limit: boltzapi.Int(2)}).All() {
		if err != nil {
			return err
		}
		count++
	}
	fmt.Printf("listed %d keys on pages of at most 2\n", count)

	revoked, err := keys.Revoke(ctx, created.KeyDetails.ID)
	if err != nil {
		return err
	}
	fmt.Printf("revoked %s, active: %t\n", revoked.Name, revoked.IsActive)
	return nil
}
