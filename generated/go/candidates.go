package boltzapi

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"go.boltz.bio/boltzapi/internal/check"
	"go.boltz.bio/boltzapi/internal/requestconfig"
	"go.boltz.bio/boltzapi/option"
	"go.boltz.bio/boltzapi/packages/param"
)

const (
	// clocksApart is by how much the clock behind created_at may differ from the one behind Date. An edge writes the
	// one, a database the other; nobody promises that they agree.
	clocksApart = 10 * time.Minute
	// clockUnknown is by how much the time of a call may be wrong where our clock may have been set since, or nothing
	// tells the server's.
	clockUnknown = 24 * time.Hour
)

// AdminAPIKeyCandidatesParams says which create to look for where there is no error that tells.
type AdminAPIKeyCandidatesParams struct {
	// Name is the name that the key was to have.
	Name string
	// StartedAt is when the call began.
	StartedAt time.Time
	// WorkspaceID is the workspace that the key was to be scoped to.
	WorkspaceID param.Opt[string]
}

// Candidates returns the keys that a failed New may have made, the most likely first: they have the name, mode,
// workspace, addresses and lifetime that were asked for, and were made at the time of the call or later. Other programs
// may have made some of them: nothing is revoked here, and which one it is, if any, a person decides. A server that was
// slow may still make the key after this has returned. Err is what New returned, or Rotate where it could not make the
// successor; there are no candidates if the outcome is not unknown.
func (r AdminAPIKeyService) Candidates(ctx context.Context, err error, opts ...option.RequestOption) ([]APIKey, error) {
	call, fault := failedCreate(err)
	if fault != nil {
		return nil, fault
	}
	if !call.OutcomeUnknown {
		return nil, nil
	}
	sent, fault := askedFor(call.SentBody())
	if fault != nil {
		return nil, fault
	}
	// Whoever has just made a key and rotates it would find it to be its own successor.
	predecessor := ""
	var rotation *RotationError
	if errors.As(err, &rotation) && rotation.Old != nil {
		predecessor = rotation.Old.ID
	}
	workspace := param.Opt[string]{}
	if sent.WorkspaceID != nil {
		workspace = String(*sent.WorkspaceID)
	}
	lost := lost{
		startedAt: call.StartedAt, steady: true, workspace: workspace,
		matches: func(key APIKey) bool {
			return key.ID != predecessor && len(sent.differences(traitsOfKey(key), true)) == 0
		},
	}
	if status := (*Error)(nil); errors.As(err, &status) {
		lost.answeredAt(status.Response, call.Elapsed)
	}
	if response := (*ResponseError)(nil); errors.As(err, &response) {
		lost.answeredAt(response.Response, call.Elapsed)
	}
	return r.candidates(ctx, lost, opts)
}

// CandidatesFor is Candidates for a program that has no error, because it was stopped in the midst of the call.
func (r AdminAPIKeyService) CandidatesFor(ctx context.Context, query AdminAPIKeyCandidatesParams, opts ...option.RequestOption) ([]APIKey, error) {
	var checker check.Checker
	check.Text(&checker, "name", query.Name, 1, check.Unlimited)
	if query.StartedAt.IsZero() {
		checker.Fail("started_at", "expected the time when the call began", "")
	}
	if err := checker.Err(); err != nil {
		return nil, err
	}
	return r.candidates(ctx, lost{
		startedAt: query.StartedAt, workspace: query.WorkspaceID,
		matches: func(key APIKey) bool { return key.Name == query.Name },
	}, opts)
}

// lost is a create whose outcome is unknown.
type lost struct {
	startedAt time.Time
	// called is when it began by the server's clock; zero where the answer did not tell.
	called time.Time
	// steady is set where startedAt has a monotonic reading, which tells whether our clock has been set since.
	steady    bool
	workspace param.Opt[string]
	matches   func(APIKey) bool
}

func (l *lost) answeredAt(res *http.Response, elapsed time.Duration) {
	if date := dateOf(res); !date.IsZero() {
		l.called = date.Add(-elapsed)
	}
}

// dateOf returns the server's time, or zero if it tells none, or one that no clock has.
func dateOf(res *http.Response) time.Time {
	if res == nil {
		return time.Time{}
	}
	date, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil || date.Year() < 2000 || date.Year() > 2200 {
		return time.Time{}
	}
	return date
}

func (r AdminAPIKeyService) candidates(ctx context.Context, l lost, opts []option.RequestOption) ([]APIKey, error) {
	var listed *http.Response
	options := append([]option.RequestOption{option.WithResponseInto(&listed)}, opts...)
	page, err := r.List(ctx, AdminAPIKeyListParams{WorkspaceID: l.workspace}, options...)
	var earliest, called time.Time
	var found []APIKey
	for ; page != nil && err == nil; page, err = page.GetNextPage() {
		if called.IsZero() {
			now := requestconfig.ClockOf(append(slices.Clone(r.Options), opts...)...).Now()
			earliest, called = l.window(dateOf(listed), now)
		}
		for _, key := range page.Data {
			if !key.CreatedAt.Before(earliest) && l.matches(key) {
				found = append(found, key)
			}
		}
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b APIKey) int {
		return cmp.Compare(a.CreatedAt.Sub(called).Abs(), b.CreatedAt.Sub(called).Abs())
	})
	return found, nil
}

// window returns from when on a key may have been made by the create, and when that began, both by the server's clock.
// The server's Date tells that: best in the answer to the create itself; else in that to the listing, which has just
// come, if our own clock has not been set in between.
func (l *lost) window(date, now time.Time) (earliest, called time.Time) {
	if !l.called.IsZero() {
		return l.called.Add(-clocksApart), l.called
	}
	called = l.startedAt
	if !date.IsZero() {
		called = l.startedAt.Round(0).Add(date.Sub(now.Round(0)))
	}
	// With their monotonic readings, the difference is what has passed; without, it is what the clock says.
	set := now.Sub(l.startedAt) - now.Round(0).Sub(l.startedAt.Round(0))
	if l.steady && !date.IsZero() && set.Abs() < clocksApart {
		return called.Add(-clocksApart), called
	}
	if earliest = l.startedAt; called.Before(earliest) {
		earliest = called
	}
	return earliest.Add(-clockUnknown), called
}
