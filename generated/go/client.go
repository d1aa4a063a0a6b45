// Code generated from the contract by nox -s generate; DO NOT EDIT.

package boltzapi

import (
	"context"
	"net/http"

	"go.boltz.bio/boltzapi/internal/requestconfig"
	"go.boltz.bio/boltzapi/option"
)

var contract = &requestconfig.Contract{
	Server:    "https://api.boltz.bio",
	KeyHeader: "x-api-key",
}

// Client calls the service. It may be used by several goroutines at once, and be copied.
type Client struct {
	// Options are those of every call.
	Options []option.RequestOption
	Admin   AdminService
}

// DefaultClientOptions returns the options that the environment sets: BOLTZ_API_KEY, BOLTZ_BASE_URL,
// BOLTZ_CUSTOM_HEADERS, BOLTZ_ALLOW_INSECURE_HTTP and BOLTZ_LOG.
func DefaultClientOptions() []option.RequestOption { return option.FromEnvironment() }

// NewClient returns a client with the options that the environment sets, and with opts, which win over those. A wrong
// option is reported by the calls.
func NewClient(opts ...option.RequestOption) Client {
	opts = append(DefaultClientOptions(), opts...)
	return Client{
		Options: opts,
		Admin:   NewAdminService(opts...),
	}
}

// Execute calls an endpoint, which the contract need not have. Params is what is sent as JSON, or nil; res points to what
// the answer is decoded into, or is nil. Only what is idempotent by its method is repeated after a failure.
func (r Client) Execute(ctx context.Context, method, path string, params, res any, opts ...option.RequestOption) error {
	return requestconfig.Execute(ctx, contract, method, path, params, res, r.Options, opts)
}

// Get calls Execute with the method GET.
func (r Client) Get(ctx context.Context, path string, params, res any, opts ...option.RequestOption) error {
	return r.Execute(ctx, http.MethodGet, path, params, res, opts...)
}

// Post calls Execute with the method POST.
func (r Client) Post(ctx context.Context, path string, params, res any, opts ...option.RequestOption) error {
	return r.Execute(ctx, http.MethodPost, path, params, res, opts...)
}

// Put calls Execute with the method PUT.
func (r Client) Put(ctx context.Context, path string, params, res any, opts ...option.RequestOption) error {
	return r.Execute(ctx, http.MethodPut, path, params, res, opts...)
}

// Patch calls Execute with the method PATCH.
func (r Client) Patch(ctx context.Context, path string, params, res any, opts ...option.RequestOption) error {
	return r.Execute(ctx, http.MethodPatch, path, params, res, opts...)
}

// Delete calls Execute with the method DELETE.
func (r Client) Delete(ctx context.Context, path string, params, res any, opts ...option.RequestOption) error {
	return r.Execute(ctx, http.MethodDelete, path, params, res, opts...)
}
