// Code generated from the contract by nox -s generate; DO NOT EDIT.

package boltzapi

import (
	"context"
	"net/url"

	"go.boltz.bio/boltzapi/internal/check"
	"go.boltz.bio/boltzapi/internal/requestconfig"
	"go.boltz.bio/boltzapi/option"
	"go.boltz.bio/boltzapi/packages/pagination"
)

// API keys authenticate requests to the Boltz API. There are two key types: admin keys have full access to all
// management and compute operations across the organization, while workspace keys are scoped to a single workspace and
// can only perform compute operations (predictions, protein design, small molecule design) within that workspace. Keys
// can be created in live or test mode. Test keys (prefixed sk_bc_*_test_) create test-mode resources with synthetic data
// and no GPU cost. Every resource includes a livemode field indicating its mode.
type AdminAPIKeyService struct {
	// Options are those of every call.
	Options []option.RequestOption
}

// NewAdminAPIKeyService returns the service for a client with these options. NewClient calls it.
func NewAdminAPIKeyService(opts ...option.RequestOption) AdminAPIKeyService {
	return AdminAPIKeyService{
		Options: opts,
	}
}

var createAPIKey = &requestconfig.Operation{
	Contract: contract,
	Name:     "create_api_key",
	Method:   "POST",
	Secret:   true,
}

// Create a workspace API key
func (r AdminAPIKeyService) New(ctx context.Context, body AdminAPIKeyNewParams, opts ...option.RequestOption) (*AdminAPIKeyNewResponse, error) {
	return requestconfig.Do(ctx, requestconfig.Request{
		Operation: createAPIKey,
		Path:      "compute/v1/admin/api-keys",
		Body:      body,
		Check:     body.check,
		Client:    r.Options,
		Options:   opts,
	}, (*AdminAPIKeyNewResponse).decode)
}

var listAPIKeys = &requestconfig.Operation{
	Contract:   contract,
	Name:       "list_api_keys",
	Method:     "GET",
	Repeatable: true,
}

var listAPIKeysPages = &requestconfig.Pagination{
	Items:    "data",
	More:     "has_more",
	Forward:  "after_id",
	Last:     "last_id",
	Backward: "before_id",
	First:    "first_id",
	Required: []string{"data", "first_id", "has_more", "last_id"},
}

// List API keys
func (r AdminAPIKeyService) List(ctx context.Context, query AdminAPIKeyListParams, opts ...option.RequestOption) (*pagination.CursorPage[AdminAPIKeyListResponse], error) {
	return pagination.Fetch(ctx, requestconfig.Request{
		Operation: listAPIKeys,
		Path:      "compute/v1/admin/api-keys",
		Query:     query.query(),
		Check:     query.check,
		Client:    r.Options,
		Options:   opts,
	}, listAPIKeysPages, (*APIKey).decode)
}

// ListAutoPaging is List for the items of all pages. The first page is asked for by Next.
func (r AdminAPIKeyService) ListAutoPaging(ctx context.Context, query AdminAPIKeyListParams, opts ...option.RequestOption) *pagination.CursorPageAutoPager[AdminAPIKeyListResponse] {
	return pagination.Lazy(func() (*pagination.CursorPage[AdminAPIKeyListResponse], error) {
		return r.List(ctx, query, opts...)
	})
}

var revokeAPIKey = &requestconfig.Operation{
	Contract:   contract,
	Name:       "revoke_api_key",
	Method:     "POST",
	Repeatable: true,
}

// Revoke an API key
func (r AdminAPIKeyService) Revoke(ctx context.Context, apiKeyID string, opts ...option.RequestOption) (*AdminAPIKeyRevokeResponse, error) {
	verify := func(c *check.Checker) {
		check.Text(c, "api_key_id", apiKeyID, 1, check.Unlimited)
		check.Segment(c, "api_key_id", apiKeyID)
	}
	return requestconfig.Do(ctx, requestconfig.Request{
		Operation: revokeAPIKey,
		Path:      "compute/v1/admin/api-keys/" + url.PathEscape(apiKeyID) + "/revoke",
		Check:     verify,
		Client:    r.Options,
		Options:   opts,
	}, (*APIKey).decode)
}
