package boltzapi_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.boltz.bio/boltzapi"
	"go.boltz.bio/boltzapi/internal/jsonwalk"
	"go.boltz.bio/boltzapi/packages/pagination"
)

const oneKey = `{"id":"key_1","allowed_ips":["192.0.2.7"],"created_at":"2026-11-01T12:00:00.117Z","expires_at":null,` +
	`"is_active":true,"key_prefix":"sk_bc_ws_liv","key_type":"workspace","last_used_at":"2026-11-02T00:00:00+01:00",` +
	`"livemode":false,"name":"ci \u00e9 \"quoted\"","workspace_id":null}`

func decodeKey(t *testing.T, text string) boltzapi.APIKey {
	t.Helper()
	var key boltzapi.APIKey
	if err := json.Unmarshal([]byte(text), &key); err != nil {
		t.Fatal(err)
	}
	return key
}

func TestDecode(t *testing.T) {
	key := decodeKey(t, oneKey)
	if key.ID != "key_1" || key.Name != `ci é "quoted"` || !key.IsActive || key.Livemode || key.KeyType != "workspace" {
		t.Errorf("got %+v", key)
	}
	if want := []string{"192.0.2.7"}; !reflect.DeepEqual(want, key.AllowedIPs) {
		t.Errorf("allowed_ips: want %v, got %v", want, key.AllowedIPs)
	}
	if want := time.Date(2026, 11, 1, 23, 0, 0, 0, time.UTC); !key.LastUsedAt.Equal(want) {
		t.Errorf("last_used_at: want %v, got %v", want, key.LastUsedAt)
	}
	if !key.ExpiresAt.IsZero() || key.WorkspaceID != "" {
		t.Errorf("null: got %v and %q", key.ExpiresAt, key.WorkspaceID)
	}
}

func TestPresence(t *testing.T) {
	key := decodeKey(t, strings.Replace(oneKey, `"id"`, `"colour": {"name": "red"}, "id"`, 1))
	for _, c := range []struct {
		name  string
		valid bool
		raw   string
		field interface {
			Valid() bool
			Raw() string
		}
	}{
		{"id", true, `"key_1"`, key.JSON.ID},
		{"expires_at", false, "null", key.JSON.ExpiresAt},
		{"name", true, `"ci \u00e9 \"quoted\""`, key.JSON.Name},
		{"colour", true, `{"name": "red"}`, key.JSON.ExtraFields["colour"]},
		{"absent", false, "", key.JSON.ExtraFields["absent"]},
	} {
		if c.valid != c.field.Valid() || c.raw != c.field.Raw() {
			t.Errorf("%s: want %v %q, got %v %q", c.name, c.valid, c.raw, c.field.Valid(), c.field.Raw())
		}
	}
	if !strings.Contains(key.RawJSON(), "colour") {
		t.Errorf("raw: %s", key.RawJSON())
	}
}

func TestMarshalKeepsWhatCame(t *testing.T) {
	text := strings.Replace(oneKey, `"id"`, `"colour": {"name": "red"}, "id"`, 1)
	var want, got any
	out, err := json.Marshal(decodeKey(t, text))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = json.Unmarshal([]byte(text), &want), json.Unmarshal(out, &got)
	if !reflect.DeepEqual(want, got) {
		t.Errorf("want %v, got %v", want, got)
	}
}

func TestMarshalWhatWasMadeByHand(t *testing.T) {
	out, err := json.Marshal(boltzapi.APIKey{ID: "key_1", AllowedIPs: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"key_1","allowed_ips":[],"created_at":null,"expires_at":null,"is_active":false,"key_prefix":"",` +
		`"key_type":"","last_used_at":null,"livemode":false,"name":"","workspace_id":""}`
	if string(out) != want {
		t.Errorf("want %s, got %s", want, out)
	}
}

func TestDates(t *testing.T) {
	leap := time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)
	noon := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2016-12-31T23:59:60Z": leap, "2016-12-31T23:59:60.5Z": leap, "2026-11-01T12:00:00": noon,
		"2026-11-01t12:00:00z": noon, "2026-11-01 12:00:00Z": noon, "2026-11-01T14:00:00+02:00": noon,
		"2026-11-01T12:00:00.5": noon.Add(time.Second / 2),
	} {
		key := decodeKey(t, strings.Replace(oneKey, "2026-11-01T12:00:00.117Z", text, 1))
		if !key.CreatedAt.Equal(want) {
			t.Errorf("%s: want %v, got %v", text, want, key.CreatedAt)
		}
	}
	for _, text := range []string{"", "yesterday", "2026-11-01", "2026-13-01T12:00:00Z", "2026-11-01X12:00:00Z", "2026-11-01T12:00:00+"} {
		err := json.Unmarshal([]byte(strings.Replace(oneKey, "2026-11-01T12:00:00.117Z", text, 1)), new(boltzapi.APIKey))
		checkPath(t, text, err, "$.created_at")
	}
}

func checkPath(t *testing.T, what string, err error, path string) {
	t.Helper()
	var fault *jsonwalk.Error
	if !errors.As(err, &fault) {
		t.Errorf("%s: got %v", what, err)
	} else if fault.Path != path {
		t.Errorf("%s: want %s, got %s (%s)", what, path, fault.Path, fault.Reason)
	}
}

func TestFaultsSayWhere(t *testing.T) {
	page := func(key string) string {
		return `{"data": [` + oneKey + `, ` + key + `], "first_id": null, "has_more": false, "last_id": null}`
	}
	for _, c := range []struct{ text, path string }{
		{page(strings.Replace(oneKey, `"192.0.2.7"`, `"a", 7`, 1)), "$.data[1].allowed_ips[1]"},
		{page(strings.Replace(oneKey, `"key_1"`, `null`, 1)), "$.data[1].id"},
		{page(`{"id": "key_2"}`), "$.data[1]"},
		{page(`7`), "$.data[1]"},
		{`{"data": {}, "has_more": false}`, "$.data"},
		{`{"has_more": false}`, "$"},
		{`[]`, "$"},
		{`null`, "$"},
		{`{"data": [`, "$"},
		{"{\"data\": [\"\xff\"]}", "$"},
		{strings.Repeat("[", 100_000), "$"},
		{`{} {}`, "$"},
	} {
		checkPath(t, c.text[:min(len(c.text), 60)], new(pagination.CursorPage[boltzapi.APIKey]).UnmarshalJSON([]byte(c.text)), c.path)
	}
}

func pageOf(n int) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf(`{"id":"key_%08d","allowed_ips":["192.0.2.%d"],"created_at":"2026-11-01T12:00:00.%03dZ",`+
			`"expires_at":"2027-11-01T12:00:00.117Z","is_active":true,"key_prefix":"sk_bc_ws_liv","key_type":"workspace",`+
			`"last_used_at":null,"livemode":true,"name":"ci key number %d","workspace_id":"ws_%d"}`, i, i%256, i, i, i%7)
	}
	return `{"data":[` + strings.Join(items, ",") + `],"first_id":"key_00000000","has_more":true,"last_id":"key_00000099"}`
}

// FuzzDecode holds the generated decoder against encoding/json: both take the same documents, and read the same in them.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		oneKey, `{"id": "a", "id": null}`, ` {"id":"\ud800", "x": [1, {"y": "]"}]} `, `{"\u0069d":"a"}`, `{"allowed_ips":[]}`,
		strings.Replace(oneKey, `"id"`, `"extra": [{"a": "\\\""}, 1e5, -0, true, null], "id"`, 1),
		strings.Replace(oneKey, "false", "0", 1), strings.Replace(oneKey, "null", "[]", 1), oneKey + " x", "[]", "", `{"id":}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var key boltzapi.APIKey
		err := key.UnmarshalJSON([]byte(text))
		var members map[string]any
		reference := json.Unmarshal([]byte(text), &members)
		if reference == nil && members != nil && strings.ToValidUTF8(text, "") == text {
			reference = fits(members)
		} else if reference == nil {
			reference = errors.New("no object, or no UTF-8")
		}
		if (err == nil) != (reference == nil) {
			t.Fatalf("%q: here %v, by encoding/json %v", text, err, reference)
		}
		if err != nil {
			return
		}
		if key.ID != members["id"] || key.Name != members["name"] || key.IsActive != members["is_active"] {
			t.Errorf("%q: got %+v, by encoding/json %v", text, key, members)
		}
		for name, field := range key.JSON.ExtraFields {
			var value any
			if err := json.Unmarshal([]byte(field.Raw()), &value); err != nil || !reflect.DeepEqual(value, members[name]) {
				t.Errorf("%q: %s is %q, by encoding/json %v", text, name, field.Raw(), members[name])
			}
		}
		out, err := json.Marshal(key)
		if err != nil {
			t.Fatal(err)
		}
		if err := new(boltzapi.APIKey).UnmarshalJSON(out); err != nil {
			t.Errorf("%q: written as %s: %v", text, out, err)
		}
	})
}

// fits holds what encoding/json read against the contract.
func fits(members map[string]any) error {
	for name, nullable := range map[string]bool{
		"id": false, "name": false, "key_prefix": false, "key_type": false, "workspace_id": true, "created_at": false,
		"expires_at": true, "last_used_at": true,
	} {
		value, ok := members[name]
		text, isText := value.(string)
		if !ok || !isText && (value != nil || !nullable) {
			return fmt.Errorf("%s is %v", name, value)
		}
		if strings.HasSuffix(name, "_at") && isText {
			// Dates are compared by a test of their own: encoding/json takes fewer.
			if err := jsonwalk.Decode(`"`+strings.NewReplacer(`\`, `x`, `"`, `x`, "\n", "x").Replace(text)+`"`, new(time.Time), jsonwalk.Time); err != nil {
				return err
			}
		}
	}
	for _, name := range []string{"is_active", "livemode"} {
		if _, ok := members[name].(bool); !ok {
			return fmt.Errorf("%s is %v", name, members[name])
		}
	}
	items, ok := members["allowed_ips"].([]any)
	if !ok {
		return errors.New("allowed_ips")
	}
	for _, item := range items {
		if _, ok := item.(string); !ok {
			return errors.New("allowed_ips")
		}
	}
	return nil
}

// plainKey is a key as programs without a client would have it.
type plainKey struct {
	ID          string     `json:"id"`
	AllowedIPs  []string   `json:"allowed_ips"`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   *time.Time `json:"expires_at"`
	IsActive    bool       `json:"is_active"`
	KeyPrefix   string     `json:"key_prefix"`
	KeyType     string     `json:"key_type"`
	LastUsedAt  *time.Time `json:"last_used_at"`
	Livemode    bool       `json:"livemode"`
	Name        string     `json:"name"`
	WorkspaceID *string    `json:"workspace_id"`
}

func BenchmarkDecodePage(b *testing.B) {
	page := pageOf(100)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		var keys []boltzapi.APIKey
		if err := boltzapi.DecodePage(page, &keys); err != nil || len(keys) != 100 {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodePageByEncodingJSON(b *testing.B) {
	page := []byte(pageOf(100))
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		var plain struct {
			Data []plainKey `json:"data"`
		}
		if err := json.Unmarshal(page, &plain); err != nil {
			b.Fatal(err)
		}
	}
}
