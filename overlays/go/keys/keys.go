package boltzapi

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.boltz.bio/boltzapi/internal/apierror"
	"go.boltz.bio/boltzapi/internal/check"
	"go.boltz.bio/boltzapi/internal/redact"
	"go.boltz.bio/boltzapi/option"
	"go.boltz.bio/boltzapi/packages/param"
)

func init() {
	// After a surplus response on a kept connection, a create could be answered with somebody else's key.
	createAPIKey.Confirm = func(body []byte, params, res any) string {
		var asked asked
		if p, ok := params.(AdminAPIKeyNewParams); ok && p.APIObject == (param.APIObject{}) {
			asked = askedBy(p)
		} else {
			var err error
			if asked, err = askedFor(body); err != nil {
				return "" // WithRequestBody sent something else
			}
		}
		found := asked.differences(traitsOf(res.(*AdminAPIKeyNewResponse)), false)
		return strings.Join(found, "; ")
	}
}

// NoSuchKeyError is returned where no key has the ID, or the client's key may not see it.
type NoSuchKeyError struct{ ID string }

func (e *NoSuchKeyError) Error() string {
	return "boltzapi: there is no key with the ID " + redact.Quote(e.ID)
}

// AdminAPIKeyFindParams says which keys are looked for. A zero condition matches every key.
type AdminAPIKeyFindParams struct {
	// Active keys work: they are neither revoked nor expired.
	Active param.Opt[bool]
	// Name is the exact name.
	Name param.Opt[string]
	// Mode is live or test.
	Mode AdminAPIKeyNewParamsMode
	// KeyType is admin or workspace.
	KeyType APIKeyKeyType
	// WorkspaceID is the workspace that the key is scoped to.
	WorkspaceID param.Opt[string]
	// CreatedBefore finds keys made before this time.
	CreatedBefore time.Time
	// ExpiresBefore finds keys that expire before this time, or have done so. Keys that never expire are left out.
	ExpiresBefore time.Time
	// UnusedSince finds keys that were neither used nor made at this time or later.
	UnusedSince time.Time
	// Matching is any other condition.
	Matching func(APIKey) bool
}

func (p AdminAPIKeyFindParams) check(c *check.Checker) {
	// A misspelt mode would match the wrong keys, and they may be about to be revoked.
	if p.Mode != "" {
		check.OneOf(c, "mode", p.Mode, AdminAPIKeyNewParamsModeLive, AdminAPIKeyNewParamsModeTest)
	}
	if p.KeyType != "" {
		check.OneOf(c, "key_type", p.KeyType, APIKeyKeyTypeAdmin, APIKeyKeyTypeWorkspace)
	}
}

func (p AdminAPIKeyFindParams) matches(key APIKey) bool {
	before := func(moment, limit time.Time) bool { return limit.IsZero() || !moment.IsZero() && moment.Before(limit) }
	// A key made yesterday has not been idle for a month.
	lastSign := key.CreatedAt
	if key.LastUsedAt.After(lastSign) {
		lastSign = key.LastUsedAt
	}
	return (!p.Active.Valid() || p.Active.Value == key.IsActive) &&
		(!p.Name.Valid() || p.Name.Value == key.Name) &&
		(p.Mode == "" || key.Livemode == (p.Mode == AdminAPIKeyNewParamsModeLive)) &&
		(p.KeyType == "" || p.KeyType == key.KeyType) &&
		before(key.CreatedAt, p.CreatedBefore) && before(key.ExpiresAt, p.ExpiresBefore) && before(lastSign, p.UnusedSince) &&
		(p.Matching == nil || p.Matching(key))
}

// Find returns the keys that meet every condition, for a range loop. The service filters by workspace only, so this
// lists every page; each key comes as soon as its page is there. An error comes last, with a zero key.
func (r AdminAPIKeyService) Find(ctx context.Context, query AdminAPIKeyFindParams, opts ...option.RequestOption) iter.Seq2[APIKey, error] {
	return func(yield func(APIKey, error) bool) {
		var checker check.Checker
		query.check(&checker)
		if err := checker.Err(); err != nil {
			yield(APIKey{}, err)
			return
		}
		for key, err := range r.ListAutoPaging(ctx, AdminAPIKeyListParams{WorkspaceID: query.WorkspaceID}, opts...).All() {
			if (err != nil || query.matches(key)) && !yield(key, err) {
				return
			}
		}
	}
}

// Get looks up one key by its ID. The service has no call for this, so it lists page by page until the key turns up. The
// error is a *NoSuchKeyError if it does not.
func (r AdminAPIKeyService) Get(ctx context.Context, apiKeyID string, opts ...option.RequestOption) (*APIKey, error) {
	var checker check.Checker
	check.Text(&checker, "api_key_id", apiKeyID, 1, check.Unlimited)
	check.URLText(&checker, "api_key_id", apiKeyID)
	if err := checker.Err(); err != nil {
		return nil, err
	}
	for key, err := range r.ListAutoPaging(ctx, AdminAPIKeyListParams{}, opts...).All() {
		if err != nil {
			return nil, err
		}
		if key.ID == apiKeyID {
			return &key, nil
		}
	}
	return nil, &NoSuchKeyError{apiKeyID}
}

// asked is what the body of a create says.
type asked struct {
	Name          string   `json:"name"`
	AllowedIPs    []string `json:"allowed_ips"`
	ExpiresInDays *int64   `json:"expires_in_days"`
	Mode          string   `json:"mode"`
	WorkspaceID   *string  `json:"workspace_id"`
}

func askedFor(body []byte) (asked, error) {
	var a asked
	err := json.Unmarshal(body, &a)
	return a, err
}

// askedBy returns what parameters without any of the caller's own say.
func askedBy(p AdminAPIKeyNewParams) asked {
	a := asked{Name: p.Name, AllowedIPs: p.AllowedIPs, Mode: string(p.Mode)}
	if p.ExpiresInDays.Valid() {
		a.ExpiresInDays = &p.ExpiresInDays.Value
	}
	if p.WorkspaceID.Valid() {
		a.WorkspaceID = &p.WorkspaceID.Value
	}
	return a
}

// traits are what a listed key and a created one have in common.
type traits struct {
	id, name, keyType, workspaceID string
	livemode                       bool
	allowedIPs                     []string
	createdAt, expiresAt           time.Time
}

func traitsOf(res *AdminAPIKeyNewResponse) traits {
	d := res.KeyDetails
	return traits{d.ID, d.Name, string(d.KeyType), d.WorkspaceID, d.Livemode, d.AllowedIPs, d.CreatedAt, d.ExpiresAt}
}

func traitsOfKey(k APIKey) traits {
	return traits{k.ID, k.Name, string(k.KeyType), k.WorkspaceID, k.Livemode, k.AllowedIPs, k.CreatedAt, k.ExpiresAt}
}

// differences returns in what a key is not what was asked for, in words. Whole includes its type and its lifetime.
func (a asked) differences(key traits, whole bool) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	mode := "live"
	if a.Mode == "test" {
		mode = "test"
	}
	if whole && key.keyType != "workspace" {
		add("its type is %s, not \"workspace\"", redact.Quote(key.keyType))
	}
	if key.name != a.Name {
		add("its name is %s, not %s", redact.Quote(key.name), redact.Quote(a.Name))
	}
	if key.livemode != (mode == "live") {
		add("its mode is not %q", mode)
	}
	if a.WorkspaceID != nil && *a.WorkspaceID != key.workspaceID {
		add("its workspace is %s, not %s", redact.Quote(key.workspaceID), redact.Quote(*a.WorkspaceID))
	}
	if !slices.Equal(key.allowedIPs, a.AllowedIPs) && !slices.Equal(networks(key.allowedIPs), networks(a.AllowedIPs)) {
		add("its addresses are %s, not %s", redact.Quote(strings.Join(key.allowedIPs, ", ")), redact.Quote(strings.Join(a.AllowedIPs, ", ")))
	}
	if whole && !a.livesAsLong(key) {
		end, days := "never", "without end"
		if !key.expiresAt.IsZero() {
			end = key.expiresAt.Format(time.RFC3339)
		}
		if a.ExpiresInDays != nil {
			days = strconv.FormatInt(*a.ExpiresInDays, 10) + " days"
		}
		add("its life is to be %s, and its end is %s", days, end)
	}
	return found
}

// livesAsLong reports whether a key expires as was asked. A server may count days from now, or to the end of one.
func (a asked) livesAsLong(key traits) bool {
	if a.ExpiresInDays == nil || key.expiresAt.IsZero() {
		return a.ExpiresInDays == nil && key.expiresAt.IsZero()
	}
	off := key.expiresAt.Sub(key.createdAt) - time.Duration(*a.ExpiresInDays)*day
	return off.Abs() <= day
}

const day = 24 * time.Hour

// networks returns the addresses in one notation, in order, each once. One can be written in many ways, and the server
// may have chosen another.
func networks(texts []string) []string {
	found := make([]string, 0, len(texts))
	for _, text := range texts {
		found = append(found, network(text))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func network(text string) string {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		address, err := netip.ParseAddr(text)
		if err != nil {
			return text
		}
		prefix = netip.PrefixFrom(address, address.BitLen())
	}
	if prefix.IsSingleIP() {
		address := prefix.Addr().Unmap()
		prefix = netip.PrefixFrom(address, address.BitLen())
	}
	return prefix.String()
}

// single returns addresses as a create takes them: a server may answer "192.0.2.1/32", and takes only "192.0.2.1".
func single(addresses []string) []string {
	found := make([]string, 0, len(addresses))
	for _, text := range addresses {
		if prefix, err := netip.ParsePrefix(text); err == nil && prefix.IsSingleIP() {
			text = prefix.Addr().String()
		}
		found = append(found, text)
	}
	return found
}

// failedCreate returns the create that err is about.
func failedCreate(err error) (*apierror.Call, error) {
	call := FailedCall(err)
	if call == nil || call.Operation != createAPIKey.Name {
		return nil, &ArgumentError{
			Argument: "err",
			Rule:     "expected an error that New returned, or Rotate where it could not make the successor",
		}
	}
	return call, nil
}
