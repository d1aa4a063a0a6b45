package boltzapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.boltz.bio/boltzapi"
	"go.boltz.bio/boltzapi/packages/param"
)

func names(t *testing.T, s *service, query boltzapi.AdminAPIKeyFindParams) []string {
	t.Helper()
	found := []string{}
	for key, err := range s.client().Admin.APIKeys.Find(ctx, query) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, key.Name)
	}
	return found
}

func TestFind(t *testing.T) {
	s := newService(t)
	at := func(days int) string { return s.now.AddDate(0, 0, days).Format(time.RFC3339) }
	s.add("plain", nil)
	s.add("live", func(key map[string]any) { key["livemode"] = true })
	s.add("gone", func(key map[string]any) { key["is_active"] = false })
	s.add("admin", func(key map[string]any) { key["key_type"], key["workspace_id"] = "admin", nil })
	s.add("old", func(key map[string]any) { key["created_at"], key["expires_at"] = at(-90), at(10) })
	s.add("used", func(key map[string]any) { key["created_at"], key["last_used_at"] = at(-90), at(-1) })
	month := s.now.AddDate(0, 0, -30)
	for _, c := range []struct {
		query boltzapi.AdminAPIKeyFindParams
		want  []string
	}{
		{boltzapi.AdminAPIKeyFindParams{}, []string{"plain", "live", "gone", "admin", "old", "used"}},
		{boltzapi.AdminAPIKeyFindParams{Active: boltzapi.Bool(false)}, []string{"gone"}},
		{boltzapi.AdminAPIKeyFindParams{Name: boltzapi.String("old")}, []string{"old"}},
		{boltzapi.AdminAPIKeyFindParams{Mode: "live"}, []string{"live"}},
		{boltzapi.AdminAPIKeyFindParams{KeyType: "admin"}, []string{"admin"}},
		{boltzapi.AdminAPIKeyFindParams{CreatedBefore: month}, []string{"old", "used"}},
		{boltzapi.AdminAPIKeyFindParams{ExpiresBefore: s.now.AddDate(0, 0, 30)}, []string{"old"}},
		{boltzapi.AdminAPIKeyFindParams{UnusedSince: month}, []string{"old"}},
		{boltzapi.AdminAPIKeyFindParams{Matching: func(key boltzapi.APIKey) bool { return key.ID == "key_2" }}, []string{"live"}},
	} {
		if got := names(t, s, c.query); !slices.Equal(c.want, got) {
			t.Errorf("want %v, got %v", c.want, got)
		}
	}
	for _, err := range s.client().Admin.APIKeys.Find(ctx, boltzapi.AdminAPIKeyFindParams{Mode: "tset"}) {
		var fault *boltzapi.ArgumentError
		if !errors.As(err, &fault) || fault.Argument != "mode" {
			t.Errorf("got %v", err)
		}
	}
}

func TestGet(t *testing.T) {
	s := newService(t)
	s.add("one", nil)
	if key, err := s.client().Admin.APIKeys.Get(ctx, "key_1"); err != nil || key.Name != "one" {
		t.Errorf("got %v, %v", key, err)
	}
	var missing *boltzapi.NoSuchKeyError
	if _, err := s.client().Admin.APIKeys.Get(ctx, "key_2"); !errors.As(err, &missing) || missing.ID != "key_2" {
		t.Errorf("got %v", err)
	}
}

// lose has the service do what it is asked, and lose its answers to creates.
func lose(s *service, make bool) {
	s.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		if make {
			s.create(discard{}, r)
		}
		panic(http.ErrAbortHandler)
	}
}

type discard struct{ http.ResponseWriter }

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func TestCandidates(t *testing.T) {
	s := newService(t)
	keys := s.client().Admin.APIKeys
	s.add("ci", func(key map[string]any) { key["created_at"] = s.now.AddDate(0, 0, -3).Format(time.RFC3339) })
	s.add("other", nil)
	lose(s, true)
	body := boltzapi.AdminAPIKeyNewParams{Name: "ci", Mode: "test", ExpiresInDays: boltzapi.Int(3), AllowedIPs: []string{"2001:db8::1"}}
	started := time.Now()
	_, err := keys.New(ctx, body)
	if !boltzapi.OutcomeUnknown(err) {
		t.Fatal(err)
	}
	found, fault := keys.Candidates(ctx, fmt.Errorf("wrapped: %w", err))
	if fault != nil || len(found) != 1 || found[0].ID != "key_3" {
		t.Errorf("got %v, %v", found, fault)
	}
	found, fault = keys.CandidatesFor(ctx, boltzapi.AdminAPIKeyCandidatesParams{Name: "ci", StartedAt: started})
	if fault != nil || len(found) != 1 || found[0].ID != "key_3" {
		t.Errorf("got %v, %v", found, fault)
	}
	s.before = nil
	_, err = keys.Revoke(ctx, "key_9")
	var argument *boltzapi.ArgumentError
	if _, fault := keys.Candidates(ctx, err); !errors.As(fault, &argument) {
		t.Errorf("got %v", fault)
	}
	_, err = keys.New(ctx, boltzapi.AdminAPIKeyNewParams{})
	if _, fault := keys.Candidates(ctx, err); !errors.As(fault, &argument) {
		t.Errorf("got %v", fault)
	}
}

func TestRotate(t *testing.T) {
	s := newService(t)
	keys := s.client().Admin.APIKeys
	// A millisecond over thirty days is thirty days.
	s.add("ci", func(key map[string]any) {
		key["expires_at"] = s.now.AddDate(0, 0, 30).Add(time.Millisecond).Format(time.RFC3339Nano)
		key["allowed_ips"] = []string{"192.0.2.1/32"}
	})
	rotation, err := keys.Rotate(ctx, "key_1", boltzapi.AdminAPIKeyRotateParams{})
	if err != nil {
		t.Fatal(err)
	}
	details := rotation.New.KeyDetails
	if rotation.Old.IsActive || details.Name != "ci" || !details.ExpiresAt.Equal(s.now.AddDate(0, 0, 30)) || details.AllowedIPs[0] != "192.0.2.1" {
		t.Errorf("got %+v, %+v", rotation.Old, details)
	}
	rotation, err = keys.Rotate(ctx, details.ID, boltzapi.AdminAPIKeyRotateParams{ExpiresInDays: param.Null[int64](), AllowedIPs: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	if details := rotation.New.KeyDetails; !details.ExpiresAt.IsZero() || len(details.AllowedIPs) != 0 {
		t.Errorf("got %+v", details)
	}
}

func TestRotationsThatFail(t *testing.T) {
	cause := errors.New("not stored")
	for _, c := range []struct {
		stage   boltzapi.RotationStage
		id      string
		body    boltzapi.AdminAPIKeyRotateParams
		before  func(*service)
		working []string
		created bool
	}{
		{"lookup", "key_9", boltzapi.AdminAPIKeyRotateParams{}, nil, nil, false},
		{"lookup", "key_2", boltzapi.AdminAPIKeyRotateParams{}, nil, nil, false},
		{"create", "key_1", boltzapi.AdminAPIKeyRotateParams{}, func(s *service) { lose(s, true) }, []string{"key_1"}, false},
		{"compare", "key_1", boltzapi.AdminAPIKeyRotateParams{}, func(s *service) { s.before = refuse("POST", 200, created) }, []string{"key_1"}, true},
		{"check", "key_1", boltzapi.AdminAPIKeyRotateParams{
			Check: func(context.Context, *boltzapi.AdminAPIKeyNewResponse) error { return cause },
		}, nil, []string{"key_1", "key_3"}, true},
		{"revoke", "key_1", boltzapi.AdminAPIKeyRotateParams{}, func(s *service) {
			s.before = func(w http.ResponseWriter, r *http.Request) bool {
				return r.URL.Path != "/compute/v1/admin/api-keys" && refuse("POST", 403, "{}")(w, r)
			}
		}, []string{"key_3"}, true},
	} {
		s := newService(t)
		s.add("ci", nil)
		s.add("gone", func(key map[string]any) { key["is_active"] = false })
		if c.before != nil {
			c.before(s)
		}
		_, err := s.client().Admin.APIKeys.Rotate(ctx, c.id, c.body)
		var failed *boltzapi.RotationError
		if !errors.As(err, &failed) || failed.Stage != c.stage || !slices.Equal(failed.Working, c.working) || (failed.New != nil) != c.created {
			t.Errorf("%s: got %+v", c.stage, err)
			continue
		}
		if c.stage == "check" && !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		if !s.active(0) {
			t.Errorf("%s: the old key was revoked", c.stage)
		}
		if c.stage == "create" {
			found, fault := s.client().Admin.APIKeys.Candidates(ctx, err)
			if fault != nil || len(found) != 1 || found[0].ID != "key_3" {
				t.Errorf("got %v, %v", found, fault)
			}
		}
	}
	s := newService(t)
	var argument *boltzapi.ArgumentError
	if _, err := s.client().Admin.APIKeys.Rotate(ctx, "key_1", boltzapi.AdminAPIKeyRotateParams{ExpiresInDays: boltzapi.Int(366)}); !errors.As(err, &argument) {
		t.Errorf("got %v", err)
	}
}

func refuse(method string, code int, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == method {
			status(code, body)(w, r)
		}
		return r.Method == method
	}
}

func TestPager(t *testing.T) {
	s := newService(t)
	for i := range 40 {
		s.add(fmt.Sprint(i), nil)
	}
	count := 0
	pager := s.client().Admin.APIKeys.ListAutoPaging(ctx, boltzapi.AdminAPIKeyListParams{Limit: boltzapi.Int(3)})
	for pager.Next() {
		if pager.Index() != count {
			t.Errorf("want %d, got %d", count, pager.Index())
		}
		count++
	}
	if count != 40 || pager.Err() != nil || pager.Next() {
		t.Errorf("%d, %v", count, pager.Err())
	}
}
