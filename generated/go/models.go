// Code generated from the contract by nox -s generate; DO NOT EDIT.

package boltzapi

import (
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"go.boltz.bio/boltzapi/internal/check"
	"go.boltz.bio/boltzapi/internal/jsonwalk"
	"go.boltz.bio/boltzapi/internal/redact"
	"go.boltz.bio/boltzapi/internal/requestconfig"
	"go.boltz.bio/boltzapi/packages/param"
	"go.boltz.bio/boltzapi/packages/respjson"
	"go.boltz.bio/boltzapi/shared/constant"
)

// Key mode. Test keys create test-mode resources with synthetic data.
type AdminAPIKeyNewParamsMode string

// The values of AdminAPIKeyNewParamsMode that the contract names.
const (
	AdminAPIKeyNewParamsModeLive AdminAPIKeyNewParamsMode = "live"
	AdminAPIKeyNewParamsModeTest AdminAPIKeyNewParamsMode = "test"
)

// AdminAPIKeyNewParams holds parameters.
type AdminAPIKeyNewParams struct {
	// API key name
	Name string `json:"name" api:"required"`
	// IP addresses allowed to use this key (IPv4 or IPv6). An empty array (the default) means all IPs are allowed.
	AllowedIPs []string `json:"allowed_ips,omitzero"`
	// Days until the key expires. Omit for a key that does not expire.
	ExpiresInDays param.Opt[int64] `json:"expires_in_days,omitzero"`
	// Key mode. Test keys create test-mode resources with synthetic data.
	Mode AdminAPIKeyNewParamsMode `json:"mode,omitzero"`
	// Workspace ID to scope this key to. Omit for default workspace.
	WorkspaceID param.Opt[string] `json:"workspace_id,omitzero"`
	param.APIObject
}

// MarshalJSON implements json.Marshaler.
func (r AdminAPIKeyNewParams) MarshalJSON() ([]byte, error) {
	return param.MarshalObject(r)
}

func (r AdminAPIKeyNewParams) check(c *check.Checker) {
	if _, ok := r.Overrides(); ok {
		return
	}
	check.Text(c, "name", r.Name, 1, 255)
	if !param.IsOmitted(r.AllowedIPs) {
		for i2, v2 := range r.AllowedIPs {
			check.Text(c, check.At("allowed_ips", i2), v2, 0, check.Unlimited)
			check.IP(c, check.At("allowed_ips", i2), v2, true, true)
		}
	}
	if r.ExpiresInDays.Valid() {
		check.Number(c, "expires_in_days", r.ExpiresInDays.Value, check.AtLeast(1), check.AtMost(365))
	}
	if !param.IsOmitted(r.Mode) {
		check.OneOf(c, "mode", r.Mode, "live", "test")
	}
	if r.WorkspaceID.Valid() {
		check.Text(c, "workspace_id", r.WorkspaceID.Value, 0, check.Unlimited)
	}
}

// AdminAPIKeyNewResponse is an object that the service sends.
type AdminAPIKeyNewResponse struct {
	// The full API key. This is only shown once — store it securely.
	Key        string                           `json:"key" api:"required"`
	KeyDetails AdminAPIKeyNewResponseKeyDetails `json:"key_details" api:"required"`
	// JSON says which members were there, and what their text was.
	JSON struct {
		Key         respjson.Field
		KeyDetails  respjson.Field
		ExtraFields map[string]respjson.Field
		raw         respjson.Document
	} `json:"-"`
}

// Format implements fmt.Formatter. It masks secrets.
func (r AdminAPIKeyNewResponse) Format(f fmt.State, verb rune) {
	type shown AdminAPIKeyNewResponse
	s := shown(r)
	s.Key = redact.Hide(s.Key)
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), s)
}

// LogValue implements slog.LogValuer. It masks secrets.
func (r AdminAPIKeyNewResponse) LogValue() slog.Value {
	return slog.StringValue(fmt.Sprintf("%+v", r))
}

// RawJSON returns the object as the server sent it.
func (r AdminAPIKeyNewResponse) RawJSON() string {
	return r.JSON.raw.Raw()
}

// MarshalJSON implements json.Marshaler.
func (r AdminAPIKeyNewResponse) MarshalJSON() ([]byte, error) {
	return respjson.Marshal(r)
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *AdminAPIKeyNewResponse) UnmarshalJSON(data []byte) error {
	return jsonwalk.Decode(string(data), r, (*AdminAPIKeyNewResponse).decode)
}

func (r *AdminAPIKeyNewResponse) decode(d *jsonwalk.Decoder) {
	start := d.Start()
	d.Object()
	for name, ok := d.Next(); ok; name, ok = d.Next() {
		switch name {
		case "key":
			r.JSON.Key = jsonwalk.Value(d, &r.Key, jsonwalk.String[string])
		case "key_details":
			r.JSON.KeyDetails = jsonwalk.Value(d, &r.KeyDetails, (*AdminAPIKeyNewResponseKeyDetails).decode)
		default:
			d.Extra(&r.JSON.ExtraFields, name)
		}
		if d.Failed() {
			d.In(name)
			return
		}
	}
	if r.JSON.Key.IsZero() {
		d.Missing("key")
	}
	if r.JSON.KeyDetails.IsZero() {
		d.Missing("key_details")
	}
	r.JSON.raw = d.Document(start)
}

// An `APIKey` that belongs to a workspace.
type AdminAPIKeyNewResponseKeyDetails struct {
	// API key ID
	ID string `json:"id" api:"required"`
	// IP addresses allowed to use this key. An empty array means all IPs are allowed.
	AllowedIPs []string  `json:"allowed_ips" api:"required"`
	CreatedAt  time.Time `json:"created_at" api:"required"`
	// When the key expires. Null if the key does not expire.
	ExpiresAt time.Time `json:"expires_at" api:"required"`
	IsActive  bool      `json:"is_active" api:"required"`
	// First 12 characters of the key
	KeyPrefix  string             `json:"key_prefix" api:"required"`
	KeyType    constant.Workspace `json:"key_type" api:"required"`
	LastUsedAt time.Time          `json:"last_used_at" api:"required"`
	// Whether this is a live API key (false for test keys).
	Livemode bool `json:"livemode" api:"required"`
	// API key name
	Name string `json:"name" api:"required"`
	// Workspace this key is scoped to
	WorkspaceID string `json:"workspace_id" api:"required"`
	// JSON says which members were there, and what their text was.
	JSON struct {
		ID          respjson.Field
		AllowedIPs  respjson.Field
		CreatedAt   respjson.Field
		ExpiresAt   respjson.Field
		IsActive    respjson.Field
		KeyPrefix   respjson.Field
		KeyType     respjson.Field
		LastUsedAt  respjson.Field
		Livemode    respjson.Field
		Name        respjson.Field
		WorkspaceID respjson.Field
		ExtraFields map[string]respjson.Field
		raw         respjson.Document
	} `json:"-"`
}

// RawJSON returns the object as the server sent it.
func (r AdminAPIKeyNewResponseKeyDetails) RawJSON() string {
	return r.JSON.raw.Raw()
}

// MarshalJSON implements json.Marshaler.
func (r AdminAPIKeyNewResponseKeyDetails) MarshalJSON() ([]byte, error) {
	return respjson.Marshal(r)
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *AdminAPIKeyNewResponseKeyDetails) UnmarshalJSON(data []byte) error {
	return jsonwalk.Decode(string(data), r, (*AdminAPIKeyNewResponseKeyDetails).decode)
}

func (r *AdminAPIKeyNewResponseKeyDetails) decode(d *jsonwalk.Decoder) {
	start := d.Start()
	d.Object()
	for name, ok := d.Next(); ok; name, ok = d.Next() {
		switch name {
		case "id":
			r.JSON.ID = jsonwalk.Value(d, &r.ID, jsonwalk.String[string])
		case "allowed_ips":
			r.JSON.AllowedIPs = jsonwalk.Value(d, &r.AllowedIPs, jsonwalk.Strings)
		case "created_at":
			r.JSON.CreatedAt = jsonwalk.Value(d, &r.CreatedAt, jsonwalk.Time)
		case "expires_at":
			r.JSON.ExpiresAt = jsonwalk.Nullable(d, &r.ExpiresAt, jsonwalk.Time)
		case "is_active":
			r.JSON.IsActive = jsonwalk.Value(d, &r.IsActive, jsonwalk.Bool)
		case "key_prefix":
			r.JSON.KeyPrefix = jsonwalk.Value(d, &r.KeyPrefix, jsonwalk.String[string])
		case "key_type":
			r.JSON.KeyType = jsonwalk.Value(d, &r.KeyType, jsonwalk.String[constant.Workspace])
		case "last_used_at":
			r.JSON.LastUsedAt = jsonwalk.Nullable(d, &r.LastUsedAt, jsonwalk.Time)
		case "livemode":
			r.JSON.Livemode = jsonwalk.Value(d, &r.Livemode, jsonwalk.Bool)
		case "name":
			r.JSON.Name = jsonwalk.Value(d, &r.Name, jsonwalk.String[string])
		case "workspace_id":
			r.JSON.WorkspaceID = jsonwalk.Value(d, &r.WorkspaceID, jsonwalk.String[string])
		default:
			d.Extra(&r.JSON.ExtraFields, name)
		}
		if d.Failed() {
			d.In(name)
			return
		}
	}
	if r.JSON.ID.IsZero() {
		d.Missing("id")
	}
	if r.JSON.AllowedIPs.IsZero() {
		d.Missing("allowed_ips")
	}
	if r.JSON.CreatedAt.IsZero() {
		d.Missing("created_at")
	}
	if r.JSON.ExpiresAt.IsZero() {
		d.Missing("expires_at")
	}
	if r.JSON.IsActive.IsZero() {
		d.Missing("is_active")
	}
	if r.JSON.KeyPrefix.IsZero() {
		d.Missing("key_prefix")
	}
	if r.JSON.KeyType.IsZero() {
		d.Missing("key_type")
	}
	if r.JSON.LastUsedAt.IsZero() {
		d.Missing("last_used_at")
	}
	if r.JSON.Livemode.IsZero() {
		d.Missing("livemode")
	}
	if r.JSON.Name.IsZero() {
		d.Missing("name")
	}
	if r.JSON.WorkspaceID.IsZero() {
		d.Missing("workspace_id")
	}
	r.JSON.raw = d.Document(start)
}

// AdminAPIKeyListParams holds parameters.
type AdminAPIKeyListParams struct {
	// Return results after this ID
	AfterID param.Opt[string] `query:"after_id,omitzero" json:"-"`
	// Return results before this ID
	BeforeID param.Opt[string] `query:"before_id,omitzero" json:"-"`
	// Max items to return
	Limit param.Opt[int64] `query:"limit,omitzero" json:"-"`
	// Filter by workspace ID. If not provided, returns keys across all workspaces.
	WorkspaceID param.Opt[string] `query:"workspace_id,omitzero" json:"-"`
	param.APIObject
}

func (r AdminAPIKeyListParams) query() url.Values {
	v := url.Values{}
	if r.AfterID.Valid() {
		v.Set("after_id", r.AfterID.Value)
	}
	if r.BeforeID.Valid() {
		v.Set("before_id", r.BeforeID.Value)
	}
	if r.Limit.Valid() {
		v.Set("limit", requestconfig.Text(r.Limit.Value, ""))
	}
	if r.WorkspaceID.Valid() {
		v.Set("workspace_id", r.WorkspaceID.Value)
	}
	return v
}

// URLQuery returns what is sent in the URL.
func (r AdminAPIKeyListParams) URLQuery() (url.Values, error) {
	return r.query(), nil
}

func (r AdminAPIKeyListParams) check(c *check.Checker) {
	if _, ok := r.Overrides(); ok {
		return
	}
	if r.AfterID.Valid() {
		check.Text(c, "after_id", r.AfterID.Value, 0, check.Unlimited)
	}
	if r.BeforeID.Valid() {
		check.Text(c, "before_id", r.BeforeID.Value, 0, check.Unlimited)
	}
	if r.Limit.Valid() {
		check.Number(c, "limit", r.Limit.Value, check.AtLeast(1), check.AtMost(100))
	}
	if r.WorkspaceID.Valid() {
		check.Text(c, "workspace_id", r.WorkspaceID.Value, 0, check.Unlimited)
	}
}

// APIKey is an object that the service sends.
type APIKey struct {
	// API key ID
	ID string `json:"id" api:"required"`
	// IP addresses allowed to use this key. An empty array means all IPs are allowed.
	AllowedIPs []string  `json:"allowed_ips" api:"required"`
	CreatedAt  time.Time `json:"created_at" api:"required"`
	// When the key expires. Null if the key does not expire.
	ExpiresAt time.Time `json:"expires_at" api:"required"`
	IsActive  bool      `json:"is_active" api:"required"`
	// First 12 characters of the key
	KeyPrefix  string        `json:"key_prefix" api:"required"`
	KeyType    APIKeyKeyType `json:"key_type" api:"required"`
	LastUsedAt time.Time     `json:"last_used_at" api:"required"`
	// Whether this is a live API key (false for test keys).
	Livemode bool `json:"livemode" api:"required"`
	// API key name
	Name string `json:"name" api:"required"`
	// Workspace ID if workspace-scoped
	WorkspaceID string `json:"workspace_id" api:"required"`
	// JSON says which members were there, and what their text was.
	JSON struct {
		ID          respjson.Field
		AllowedIPs  respjson.Field
		CreatedAt   respjson.Field
		ExpiresAt   respjson.Field
		IsActive    respjson.Field
		KeyPrefix   respjson.Field
		KeyType     respjson.Field
		LastUsedAt  respjson.Field
		Livemode    respjson.Field
		Name        respjson.Field
		WorkspaceID respjson.Field
		ExtraFields map[string]respjson.Field
		raw         respjson.Document
	} `json:"-"`
}

// RawJSON returns the object as the server sent it.
func (r APIKey) RawJSON() string {
	return r.JSON.raw.Raw()
}

// MarshalJSON implements json.Marshaler.
func (r APIKey) MarshalJSON() ([]byte, error) {
	return respjson.Marshal(r)
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *APIKey) UnmarshalJSON(data []byte) error {
	return jsonwalk.Decode(string(data), r, (*APIKey).decode)
}

func (r *APIKey) decode(d *jsonwalk.Decoder) {
	start := d.Start()
	d.Object()
	for name, ok := d.Next(); ok; name, ok = d.Next() {
		switch name {
		case "id":
			r.JSON.ID = jsonwalk.Value(d, &r.ID, jsonwalk.String[string])
		case "allowed_ips":
			r.JSON.AllowedIPs = jsonwalk.Value(d, &r.AllowedIPs, jsonwalk.Strings)
		case "created_at":
			r.JSON.CreatedAt = jsonwalk.Value(d, &r.CreatedAt, jsonwalk.Time)
		case "expires_at":
			r.JSON.ExpiresAt = jsonwalk.Nullable(d, &r.ExpiresAt, jsonwalk.Time)
		case "is_active":
			r.JSON.IsActive = jsonwalk.Value(d, &r.IsActive, jsonwalk.Bool)
		case "key_prefix":
			r.JSON.KeyPrefix = jsonwalk.Value(d, &r.KeyPrefix, jsonwalk.String[string])
		case "key_type":
			r.JSON.KeyType = jsonwalk.Value(d, &r.KeyType, jsonwalk.String[APIKeyKeyType])
		case "last_used_at":
			r.JSON.LastUsedAt = jsonwalk.Nullable(d, &r.LastUsedAt, jsonwalk.Time)
		case "livemode":
			r.JSON.Livemode = jsonwalk.Value(d, &r.Livemode, jsonwalk.Bool)
		case "name":
			r.JSON.Name = jsonwalk.Value(d, &r.Name, jsonwalk.String[string])
		case "workspace_id":
			r.JSON.WorkspaceID = jsonwalk.Nullable(d, &r.WorkspaceID, jsonwalk.String[string])
		default:
			d.Extra(&r.JSON.ExtraFields, name)
		}
		if d.Failed() {
			d.In(name)
			return
		}
	}
	if r.JSON.ID.IsZero() {
		d.Missing("id")
	}
	if r.JSON.AllowedIPs.IsZero() {
		d.Missing("allowed_ips")
	}
	if r.JSON.CreatedAt.IsZero() {
		d.Missing("created_at")
	}
	if r.JSON.ExpiresAt.IsZero() {
		d.Missing("expires_at")
	}
	if r.JSON.IsActive.IsZero() {
		d.Missing("is_active")
	}
	if r.JSON.KeyPrefix.IsZero() {
		d.Missing("key_prefix")
	}
	if r.JSON.KeyType.IsZero() {
		d.Missing("key_type")
	}
	if r.JSON.LastUsedAt.IsZero() {
		d.Missing("last_used_at")
	}
	if r.JSON.Livemode.IsZero() {
		d.Missing("livemode")
	}
	if r.JSON.Name.IsZero() {
		d.Missing("name")
	}
	if r.JSON.WorkspaceID.IsZero() {
		d.Missing("workspace_id")
	}
	r.JSON.raw = d.Document(start)
}

// AdminAPIKeyListResponse is APIKey.
type AdminAPIKeyListResponse = APIKey

// AdminAPIKeyRevokeResponse is APIKey.
type AdminAPIKeyRevokeResponse = APIKey

// APIKeyKeyType is one of a few strings. A newer server may send others.
type APIKeyKeyType string

// The values of APIKeyKeyType that the contract names.
const (
	APIKeyKeyTypeAdmin     APIKeyKeyType = "admin"
	APIKeyKeyTypeWorkspace APIKeyKeyType = "workspace"
)

// AdminAPIKeyListResponseKeyType is APIKeyKeyType.
type AdminAPIKeyListResponseKeyType = APIKeyKeyType

// AdminAPIKeyRevokeResponseKeyType is APIKeyKeyType.
type AdminAPIKeyRevokeResponseKeyType = APIKeyKeyType

// The values of AdminAPIKeyListResponseKeyType.
const (
	AdminAPIKeyListResponseKeyTypeAdmin     = APIKeyKeyTypeAdmin
	AdminAPIKeyListResponseKeyTypeWorkspace = APIKeyKeyTypeWorkspace
)

// The values of AdminAPIKeyRevokeResponseKeyType.
const (
	AdminAPIKeyRevokeResponseKeyTypeAdmin     = APIKeyKeyTypeAdmin
	AdminAPIKeyRevokeResponseKeyTypeWorkspace = APIKeyKeyTypeWorkspace
)
