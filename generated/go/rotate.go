package boltzapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.boltz.bio/boltzapi/internal/check"
	"go.boltz.bio/boltzapi/internal/redact"
	"go.boltz.bio/boltzapi/internal/requestconfig"
	"go.boltz.bio/boltzapi/option"
	"go.boltz.bio/boltzapi/packages/param"
)

const longestLife = 365

// RotationStage is a step of a rotation.
type RotationStage string

// The steps of a rotation.
const (
	RotationStageLookup  RotationStage = "lookup"
	RotationStageCreate  RotationStage = "create"
	RotationStageCompare RotationStage = "compare" // the successor was made, and is not what was asked for
	RotationStageCheck   RotationStage = "check"
	RotationStageRevoke  RotationStage = "revoke"
)

// RotationError is returned where a key could not be rotated. At least one key goes on working. Unwrap gives the reason.
type RotationError struct {
	// Stage is the step that failed.
	Stage RotationStage
	// Old is the key to replace, if it was found.
	Old *APIKey
	// New is the successor, if it was made. Its secret is in New.Key.
	New *AdminAPIKeyNewResponse
	// Working holds the IDs of the keys that are known to work.
	Working []string

	message string
	cause   error
}

func (e *RotationError) Error() string { return "boltzapi: " + e.message }

// Unwrap returns what went wrong.
func (e *RotationError) Unwrap() error { return e.cause }

// Format implements fmt.Formatter: every verb writes the message, and none the successor.
func (e *RotationError) Format(s fmt.State, verb rune) {
	_, _ = fmt.Fprintf(s, fmt.FormatString(s, verb), e.Error())
}

// AdminAPIKeyRotateParams says what the successor is like, and what is done with it.
type AdminAPIKeyRotateParams struct {
	// Key is the key to replace as Find and List give it. It is taken as it is; without it, the ID is looked up first,
	// page by page.
	Key *APIKey
	// ExpiresInDays is how long the successor lives: as long as the old key when that was made if it is left out,
	// without end if it is param.Null[int64]().
	ExpiresInDays param.Opt[int64]
	// AllowedIPs are the successor's addresses, if not the old key's.
	AllowedIPs []string
	// Check is called with the successor before the old key is revoked: the place to store it, to roll it out, and to
	// see that it works. If it returns an error, the old key stays. Without it, the successor's secret is in nobody's
	// hands until the old key is revoked: an interruption in that moment loses it.
	Check func(context.Context, *AdminAPIKeyNewResponse) error
}

// Rotation is a key that took another's place.
type Rotation struct {
	// New is the successor. Its secret is in New.Key, and nowhere else.
	New *AdminAPIKeyNewResponse
	// Old is the predecessor, revoked.
	Old *APIKey
}

// Rotate makes a key's successor, hands it over, and only then revokes the key. The successor has the same name,
// workspace and mode, and unless told otherwise the same addresses and lifetime. Whatever fails, at least one key goes on
// working; the error, a *RotationError, says which. Nothing is revoked but the old key, and that only at the end, if the
// successor is what was asked for.
func (r AdminAPIKeyService) Rotate(ctx context.Context, apiKeyID string, body AdminAPIKeyRotateParams, opts ...option.RequestOption) (*Rotation, error) {
	if err := body.verify(apiKeyID); err != nil {
		return nil, err
	}
	old, err := r.predecessor(ctx, apiKeyID, body.Key, opts)
	if err != nil {
		return nil, err
	}
	params := body.successorOf(old)
	res, err := r.successor(ctx, old, params, opts)
	if err != nil {
		return nil, err
	}
	if body.Check != nil {
		if err := body.Check(ctx, res); err != nil {
			return nil, &RotationError{
				Stage: RotationStageCheck, Old: old, New: res, Working: []string{old.ID, res.KeyDetails.ID}, cause: err,
				message: fmt.Sprintf("the check of the successor %s failed; it and %s both work",
					redact.Quote(res.KeyDetails.ID), redact.Quote(old.ID)),
			}
		}
	}
	return r.revoked(ctx, old, res, opts)
}

func (p AdminAPIKeyRotateParams) verify(apiKeyID string) error {
	var c check.Checker
	if p.Key != nil {
		apiKeyID = p.Key.ID
	}
	check.Text(&c, "api_key_id", apiKeyID, 1, check.Unlimited)
	check.URLText(&c, "api_key_id", apiKeyID)
	// Whatever the contract says about a create; the name will be the old key's.
	AdminAPIKeyNewParams{Name: "-", AllowedIPs: p.AllowedIPs, ExpiresInDays: p.ExpiresInDays}.check(&c)
	return c.Err()
}

func (r AdminAPIKeyService) predecessor(ctx context.Context, id string, old *APIKey, opts []option.RequestOption) (*APIKey, error) {
	if old == nil {
		var err error
		if old, err = r.Get(ctx, id, opts...); err != nil {
			return nil, &RotationError{
				Stage: RotationStageLookup, cause: err,
				message: fmt.Sprintf("the key %s could not be looked up, and nothing was changed: %v", redact.Quote(id), err),
			}
		}
	}
	obstacle := ""
	switch {
	case old.KeyType != APIKeyKeyTypeWorkspace:
		obstacle = "is no workspace key, and the service makes no others"
	case !old.IsActive:
		obstacle = "is not active: it was revoked, or has expired"
	default:
		return old, nil
	}
	return nil, &RotationError{
		Stage: RotationStageLookup, Old: old,
		message: fmt.Sprintf("the key %s %s; nothing was changed", redact.Quote(old.ID), obstacle),
	}
}

func (p AdminAPIKeyRotateParams) successorOf(old *APIKey) AdminAPIKeyNewParams {
	params := AdminAPIKeyNewParams{
		Name: old.Name, AllowedIPs: slices.Clone(p.AllowedIPs), ExpiresInDays: p.ExpiresInDays,
		Mode: AdminAPIKeyNewParamsModeTest,
	}
	if old.Livemode {
		params.Mode = AdminAPIKeyNewParamsModeLive
	}
	if old.WorkspaceID != "" {
		params.WorkspaceID = String(old.WorkspaceID)
	}
	if p.AllowedIPs == nil {
		params.AllowedIPs = single(old.AllowedIPs)
	}
	switch {
	case param.IsNull(p.ExpiresInDays):
		params.ExpiresInDays = param.Opt[int64]{}
	case !p.ExpiresInDays.Valid() && !old.ExpiresAt.IsZero():
		// A server may count to the end of a day, or a moment less: rounding up would make each successor live longer.
		days := int64((old.ExpiresAt.Sub(old.CreatedAt) + time.Hour) / day)
		params.ExpiresInDays = Int(min(max(days, 1), longestLife))
	}
	return params
}

// successor makes the new key, and keeps the old one where the new one cannot, or may not, stand in for it.
func (r AdminAPIKeyService) successor(ctx context.Context, old *APIKey, params AdminAPIKeyNewParams, opts []option.RequestOption) (*AdminAPIKeyNewResponse, error) {
	// What differs is told below, with the successor.
	res, err := r.New(ctx, params, append(slices.Clone(opts), requestconfig.WithoutConfirmation())...)
	if err != nil {
		return nil, &RotationError{
			Stage: RotationStageCreate, Old: old, Working: []string{old.ID}, cause: err, message: withoutSuccessor(old, err),
		}
	}
	wanted := askedBy(params)
	now := requestconfig.ClockOf(append(slices.Clone(r.Options), opts...)...).Now()
	if found := append(faults(old, res, now), wanted.differences(traitsOf(res), true)...); len(found) > 0 {
		return nil, &RotationError{
			Stage: RotationStageCompare, Old: old, New: res, Working: []string{old.ID},
			message: fmt.Sprintf("the successor %s is not what was asked for: %s; %s was not revoked and still works, and this error holds the new key",
				redact.Quote(res.KeyDetails.ID), strings.Join(found, "; "), redact.Quote(old.ID)),
		}
	}
	return res, nil
}

func withoutSuccessor(old *APIKey, err error) string {
	if !OutcomeUnknown(err) {
		return fmt.Sprintf("the successor of the key %s was not made; that key still works: %v", redact.Quote(old.ID), err)
	}
	advice := "its secret is lost, so revoke that one before you rotate again"
	if response := (*ResponseError)(nil); errors.As(err, &response) {
		advice = "the answer that came may hold its secret: it is in the RawBody of the *ResponseError, and nowhere else"
	}
	return fmt.Sprintf("the successor of the key %s may or may not have been made; that key still works; to look for it, pass "+
		"this error to Candidates, which lists the keys named %s that may be it; %s: %v", redact.Quote(old.ID), redact.Quote(old.Name), advice, err)
}

// faults returns why the new key does not work, or is none, whatever was asked for.
func faults(old *APIKey, res *AdminAPIKeyNewResponse, now time.Time) []string {
	var found []string
	details := res.KeyDetails
	if details.ID == old.ID {
		found = append(found, "it has the old key's ID")
	}
	if res.Key == "" {
		found = append(found, "its secret is empty")
	}
	if !details.IsActive {
		found = append(found, "it is not active")
	}
	if !details.ExpiresAt.IsZero() && !details.ExpiresAt.After(now) {
		found = append(found, "it has expired already")
	}
	return found
}

func (r AdminAPIKeyService) revoked(ctx context.Context, old *APIKey, res *AdminAPIKeyNewResponse, opts []option.RequestOption) (*Rotation, error) {
	key, err := r.Revoke(ctx, old.ID, opts...)
	reason := ""
	switch {
	case err != nil:
		reason = fmt.Sprintf("revoking it failed: %v", err)
	case key.ID != old.ID, key.IsActive:
		state := "not active"
		if key.IsActive {
			state = "active"
		}
		reason = fmt.Sprintf("the service answered its revocation with the key %s, which is %s", redact.Quote(key.ID), state)
	default:
		return &Rotation{New: res, Old: key}, nil
	}
	return nil, &RotationError{
		Stage: RotationStageRevoke, Old: old, New: res, Working: []string{res.KeyDetails.ID}, cause: err,
		message: fmt.Sprintf("the successor %s works, but %s may do so still; %s",
			redact.Quote(res.KeyDetails.ID), redact.Quote(old.ID), reason),
	}
}
