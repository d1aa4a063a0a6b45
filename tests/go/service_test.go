package boltzapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.boltz.bio/boltzapi"
	"go.boltz.bio/boltzapi/option"
)

const fakeKey = "sk_bc_admin_test_fake_of_the_tests"

// service is a small copy of the real one, kept in memory.
type service struct {
	mu     sync.Mutex
	keys   []map[string]any
	now    time.Time
	before func(w http.ResponseWriter, r *http.Request) bool // true: it has answered
	*httptest.Server
}

func newService(tb testing.TB) *service {
	tb.Helper()
	s := start()
	tb.Cleanup(s.Close)
	return s
}

// start is newService for examples.
func start() *service {
	s := &service{now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

func (s *service) client(options ...option.RequestOption) boltzapi.Client {
	all := append([]option.RequestOption{option.WithAPIKey(fakeKey), option.WithBaseURL(s.URL)}, options...)
	return boltzapi.NewClient(all...)
}

// add makes a key without a call.
func (s *service) add(name string, change func(map[string]any)) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := map[string]any{
		"id": fmt.Sprintf("key_%d", len(s.keys)+1), "allowed_ips": []string{}, "created_at": s.now.Format(time.RFC3339),
		"expires_at": nil, "is_active": true, "key_prefix": "sk_bc_ws_tes", "key_type": "workspace", "last_used_at": nil,
		"livemode": false, "name": name, "workspace_id": "ws_1",
	}
	if change != nil {
		change(key)
	}
	s.keys = append(s.keys, key)
	return key
}

// active reports whether a key works.
func (s *service) active(index int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[index]["is_active"].(bool)
}

func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.now.Format(http.TimeFormat))
	if s.before != nil && s.before(w, r) {
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/compute/v1/admin/api-keys")
	switch {
	case r.Header.Get("X-Api-Key") != fakeKey:
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"code": "unauthorized", "message": "The API key is missing or invalid."}`)
	case r.Method == http.MethodPost && path == "":
		s.create(w, r)
	case r.Method == http.MethodGet && path == "":
		s.list(w, r)
	default:
		s.revoke(w, strings.Split(path, "/")[1])
	}
}

func (s *service) create(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	_ = json.NewDecoder(r.Body).Decode(&body)
	key := s.add(body["name"].(string), func(key map[string]any) {
		for _, name := range []string{"allowed_ips", "workspace_id"} {
			if value, ok := body[name]; ok {
				key[name] = value
			}
		}
		key["livemode"] = body["mode"] != "test"
		if days, ok := body["expires_in_days"].(float64); ok {
			key["expires_at"] = s.now.Add(time.Duration(days) * 24 * time.Hour).Format(time.RFC3339)
		}
	})
	_ = json.NewEncoder(w).Encode(map[string]any{"key": fmt.Sprintf("sk_bc_ws_test_fake_%v", key["id"]), "key_details": key})
}

func (s *service) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, limit := 0, 100
	for i, key := range s.keys {
		if key["id"] == r.URL.Query().Get("after_id") {
			from = i + 1
		}
	}
	if text := r.URL.Query().Get("limit"); text != "" {
		limit, _ = strconv.Atoi(text)
	}
	page := s.keys[from:min(from+limit, len(s.keys))]
	answer := map[string]any{"data": page, "first_id": nil, "last_id": nil, "has_more": from+limit < len(s.keys)}
	if len(page) > 0 {
		answer["first_id"], answer["last_id"] = page[0]["id"], page[len(page)-1]["id"]
	} else {
		answer["data"] = []any{}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *service) revoke(w http.ResponseWriter, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range s.keys {
		if key["id"] == id {
			key["is_active"] = false
			_ = json.NewEncoder(w).Encode(key)
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, `{"code": "not_found", "message": "No such key."}`)
}
