package boltzapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.boltz.bio/boltzapi"
	"go.boltz.bio/boltzapi/internal/requestconfig"
	"go.boltz.bio/boltzapi/option"
	"go.boltz.bio/boltzapi/packages/param"
)

var ctx = context.Background()

// clock moves when the client sleeps, and only then.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	sleeps []time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.sleeps = c.now.Add(d), append(c.sleeps, d)
	return ctx.Err()
}

func (c *clock) Random() float64 { return 0 }

// answers serves the given answers in order, the last one again and again, and counts.
func answers(t *testing.T, all ...http.HandlerFunc) (client boltzapi.Client, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(requests.Add(1))
		all[min(n, len(all))-1](w, r)
	}))
	t.Cleanup(s.Close)
	return boltzapi.NewClient(option.WithAPIKey(fakeKey), option.WithBaseURL(s.URL), requestconfig.WithClock(&clock{})), requests
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

const created = `{"key": "sk_bc_ws_test_fake_and_new", "key_details": {"id": "key_1", "allowed_ips": [], "created_at": "2026-11-01T12:00:00Z",
	"expires_at": null, "is_active": true, "key_prefix": "sk_bc_ws_tes", "key_type": "workspace", "last_used_at": null, "livemode": true,
	"name": "x", "workspace_id": "ws_1"}}`

func TestArguments(t *testing.T) {
	client, requests := answers(t, status(200, created))
	for _, c := range []struct {
		params   boltzapi.AdminAPIKeyNewParams
		argument string
		text     string
	}{
		{boltzapi.AdminAPIKeyNewParams{}, "name", `name: expected a string of 1 to 255 characters, got ""`},
		{boltzapi.AdminAPIKeyNewParams{Name: "\xff"}, "name", "UTF-8"},
		{boltzapi.AdminAPIKeyNewParams{Name: "x", ExpiresInDays: boltzapi.Int(0)}, "expires_in_days", "of at least 1 and at most 365, got 0"},
		{boltzapi.AdminAPIKeyNewParams{Name: "x", Mode: "prod"}, "mode", `expected "live" or "test", got "prod"`},
		{boltzapi.AdminAPIKeyNewParams{Name: "x", AllowedIPs: []string{"192.0.2.7", "fe80::1%eth0"}}, "allowed_ips[1]", "an IPv4 or IPv6 address"},
	} {
		_, err := client.Admin.APIKeys.New(ctx, c.params)
		var fault *boltzapi.ArgumentError
		if !errors.As(err, &fault) || fault.Argument != c.argument || !strings.Contains(err.Error(), c.text) {
			t.Errorf("want %s with %q, got %v", c.argument, c.text, err)
		}
	}
	if _, err := client.Admin.APIKeys.Revoke(ctx, "sk_bc_ws_live_fake_instead_of_an_id"); err == nil || strings.Contains(err.Error(), "instead") {
		t.Errorf("got %v", err)
	}
	for _, bad := range []option.RequestOption{
		option.WithMaxRetries(-1), option.WithRequestTimeout(-1), option.WithTotalTimeout(-1), option.WithMaxResponseBytes(0),
		option.WithBaseURL("http://api.example"), option.WithHeader("a b", "c"), option.WithHeader("a", "b\nc"),
	} {
		var fault *boltzapi.ArgumentError
		if _, err := client.Admin.APIKeys.List(ctx, boltzapi.AdminAPIKeyListParams{}, bad); !errors.As(err, &fault) {
			t.Errorf("got %v", err)
		}
	}
	if n := requests.Load(); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestParameters(t *testing.T) {
	var body string
	client, _ := answers(t, func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		body = string(content)
		status(400, "{}")(w, r)
	})
	extra := boltzapi.AdminAPIKeyNewParams{Name: "<x>&"}
	extra.SetExtraFields(map[string]any{"colour": "red"})
	for _, c := range []struct {
		params  boltzapi.AdminAPIKeyNewParams
		options []option.RequestOption
		want    string
	}{
		{boltzapi.AdminAPIKeyNewParams{Name: "x"}, nil, `{"name":"x"}`},
		{boltzapi.AdminAPIKeyNewParams{Name: "x", AllowedIPs: []string{}}, nil, `{"name":"x","allowed_ips":[]}`},
		{boltzapi.AdminAPIKeyNewParams{Name: "x", WorkspaceID: param.Null[string]()}, nil, `{"name":"x","workspace_id":null}`},
		{boltzapi.AdminAPIKeyNewParams{Name: "x", AllowedIPs: param.NullSlice[[]string]()}, nil, `{"name":"x","allowed_ips":null}`},
		{extra, nil, `{"name":"<x>&","colour":"red"}`},
		{param.Override[boltzapi.AdminAPIKeyNewParams](map[string]any{"a": 1}), nil, `{"a":1}`},
		{boltzapi.AdminAPIKeyNewParams{Name: "x"}, []option.RequestOption{option.WithJSONSet("a.b", 1)}, `{"a":{"b":1},"name":"x"}`},
		{boltzapi.AdminAPIKeyNewParams{Name: "x"}, []option.RequestOption{option.WithJSONDel("name")}, `{}`},
		{boltzapi.AdminAPIKeyNewParams{Name: "x"}, []option.RequestOption{option.WithRequestBody("text/plain", "raw")}, `raw`},
	} {
		_, _ = client.Admin.APIKeys.New(ctx, c.params, c.options...)
		if body != c.want {
			t.Errorf("want %s, got %s", c.want, body)
		}
	}
}

func TestOptionsOfACallWinOverArgumentsAndThoseOverTheClients(t *testing.T) {
	var got *http.Request
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		status(400, "{}")(w, r)
	}))
	defer s.Close()
	client := boltzapi.NewClient(option.WithAPIKey(fakeKey), option.WithBaseURL(s.URL+"/prefix"), option.WithQuery("limit", "1"),
		option.WithQuery("q", "a"), option.WithHeader("X-Mine", "1"))
	_, _ = client.Admin.APIKeys.List(ctx, boltzapi.AdminAPIKeyListParams{Limit: boltzapi.Int(2)}, option.WithHeaderDel("User-Agent"))
	if got.URL.RequestURI() != "/prefix/compute/v1/admin/api-keys?limit=2&q=a" || got.UserAgent() != "" {
		t.Errorf("got %s %v", got.URL, got.Header)
	}
	_, _ = client.Admin.APIKeys.List(ctx, boltzapi.AdminAPIKeyListParams{Limit: boltzapi.Int(2)}, option.WithQuery("limit", "3"),
		option.WithHeaderAdd("X-Mine", "2"), option.WithHeaderDel("x-api-key"))
	if got.URL.Query().Get("limit") != "3" || len(got.Header.Values("X-Mine")) != 2 || got.Header.Get("X-Api-Key") != "" {
		t.Errorf("got %s %v", got.URL, got.Header)
	}
	if !strings.HasPrefix(got.UserAgent(), "boltz-api-keys/") {
		t.Errorf("got %q", got.UserAgent())
	}
}

func TestEnvironment(t *testing.T) {
	s := newService(t)
	t.Setenv("BOLTZ_API_KEY", fakeKey+"\n")
	t.Setenv("BOLTZ_BASE_URL", s.URL)
	client := boltzapi.NewClient()
	if _, err := client.Admin.APIKeys.List(ctx, boltzapi.AdminAPIKeyListParams{}); err != nil {
		t.Error(err)
	}
	client = boltzapi.NewClient(option.WithAPIKey(""))
	if _, err := client.Admin.APIKeys.List(ctx, boltzapi.AdminAPIKeyListParams{}); !errors.Is(err, boltzapi.ErrMissingAPIKey) {
		t.Errorf("got %v", err)
	}
}

// net/http repeats a POST that carries an Idempotency-Key if it can get its body again, without telling anybody.
func TestNetHTTPDoesNotRepeatACreate(t *testing.T) {
	var creates atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			status(200, `{"data": [], "first_id": null, "has_more": false, "last_id": null}`)(w, r)
			return
		}
		creates.Add(1)
		connection, _, _ := w.(http.Hijacker).Hijack()
		_ = connection.Close()
	}))
	defer s.Close()
	client := boltzapi.NewClient(option.WithAPIKey(fakeKey), option.WithBaseURL(s.URL), option.WithHeader("Idempotency-Key", "1"))
	if _, err := client.Admin.APIKeys.List(ctx, boltzapi.AdminAPIKeyListParams{}); err != nil { // so that the connection is reused
		t.Fatal(err)
	}
	_, err := client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "x"})
	if n := creates.Load(); n != 1 || !boltzapi.OutcomeUnknown(err) {
		t.Errorf("%d creates, %v", n, err)
	}
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

func TestAForeignHTTPClientIsNotTrusted(t *testing.T) {
	tries := 0
	client := boltzapi.NewClient(option.WithAPIKey(fakeKey), option.WithHTTPClient(doer(func(*http.Request) (*http.Response, error) {
		tries++
		return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
	})))
	_, err := client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "x"})
	if tries != 1 || !boltzapi.OutcomeUnknown(err) {
		t.Errorf("%d tries, %v", tries, err)
	}
}

func TestMiddlewares(t *testing.T) {
	client, _ := answers(t, status(503, ""), status(200, created))
	var order []string
	note := func(name string) option.Middleware {
		return func(r *http.Request, next option.MiddlewareNext) (*http.Response, error) {
			order = append(order, name)
			return next(r)
		}
	}
	_, err := client.Admin.APIKeys.List(ctx, boltzapi.AdminAPIKeyListParams{}, option.WithMiddleware(note("a"), note("b")))
	if err == nil || strings.Join(order, "") != "abab" {
		t.Errorf("got %v, %v", order, err)
	}
	// One that fails may have sent the request by other means: that no connection was made proves nothing then.
	closed := "http://127.0.0.1:1"
	_, err = client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "x"}, option.WithBaseURL(closed),
		option.WithMiddleware(func(r *http.Request, next option.MiddlewareNext) (*http.Response, error) {
			_, _ = next(r)
			return nil, errors.New("other")
		}))
	if !boltzapi.OutcomeUnknown(err) {
		t.Errorf("got %v", err)
	}
	_, err = client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "x"}, option.WithBaseURL(closed), option.WithMiddleware(note("c")))
	if err == nil || boltzapi.OutcomeUnknown(err) {
		t.Errorf("got %v", err)
	}
}

func TestRedirectsAreNotFollowedByTheCallersClient(t *testing.T) {
	stolen := false
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen = true }))
	defer thief.Close()
	client, _ := answers(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
	})
	_, err := client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "x"}, option.WithHTTPClient(&http.Client{}))
	var failed *boltzapi.Error
	if stolen || !errors.As(err, &failed) || failed.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("stolen: %v, %v", stolen, err)
	}
}

func TestCookiesOfTheCallersClientAreSentOnceEach(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	client, _ := answers(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Cookie"))
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		status(503, "")(w, r)
	})
	_, _ = client.Admin.APIKeys.List(ctx, boltzapi.AdminAPIKeyListParams{}, option.WithHTTPClient(&http.Client{Jar: jar}))
	if want := []string{"", "a=b", "a=b"}; !reflect.DeepEqual(want, got) {
		t.Errorf("want %q, got %q", want, got)
	}
}

func TestContexts(t *testing.T) {
	cause := errors.New("enough")
	stopped, stop := context.WithCancelCause(ctx)
	client, requests := answers(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // until then, the server does not look whether the client is there
		stop(cause)
		<-r.Context().Done()
	})
	_, err := client.Admin.APIKeys.New(stopped, boltzapi.AdminAPIKeyNewParams{Name: "x"})
	var lost *boltzapi.ConnectionError
	if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) || !errors.As(err, &lost) || !lost.OutcomeUnknown || lost.Timeout() {
		t.Errorf("got %v", err)
	}
	if _, err := client.Admin.APIKeys.List(stopped, boltzapi.AdminAPIKeyListParams{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	late, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err = client.Admin.APIKeys.List(late, boltzapi.AdminAPIKeyListParams{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests", n)
	}
	if _, err := client.Admin.APIKeys.List(nil, boltzapi.AdminAPIKeyListParams{}); err == nil { //nolint:staticcheck // on purpose
		t.Error("no error")
	}
	waiting, leave := context.WithTimeout(ctx, 50*time.Millisecond)
	defer leave()
	failing, _ := answers(t, status(503, ""))
	started := time.Now()
	_, err = failing.Admin.APIKeys.List(waiting, boltzapi.AdminAPIKeyListParams{}, requestconfig.WithClock(requestconfig.ClockOf()))
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(started) > 400*time.Millisecond {
		t.Errorf("after %v: %v", time.Since(started), err)
	}
}

func TestResponseInto(t *testing.T) {
	client, _ := answers(t, status(200, created))
	var res *http.Response
	key, err := client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "x"}, option.WithResponseInto(&res))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	if string(body) != key.RawJSON() || res.Request.Header.Get("X-Api-Key") == fakeKey {
		t.Errorf("got %s, %v", body, res.Request.Header)
	}
	var raw []byte
	if _, err := client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "x"}, option.WithResponseBodyInto(&raw)); err != nil || string(raw) != created {
		t.Errorf("got %s, %v", raw, err)
	}
	var members map[string]any
	if err := client.Get(ctx, "v1/anything?a=b", nil, &members); err != nil || members["key"] == nil {
		t.Errorf("got %v, %v", members, err)
	}
	if err := client.Get(ctx, "https://elsewhere.example/", nil, nil); err == nil {
		t.Error("an absolute URL is no path")
	}
}

// Every way in which a program may show a value.
func shown(value any) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%v %+v %#v %s %q %d %x\n", value, value, value, value, value, value, value)
	// fmt calls no methods on unexported fields. It follows no pointers there either; a created key that is held by
	// value is beyond reach.
	if reflect.TypeOf(value).Kind() == reflect.Pointer {
		held := struct{ value any }{value}
		fmt.Fprintf(&b, "%v %+v %#v\n", held, held, held)
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(handler).Info("it", "value", value)
	}
	if err, ok := value.(error); ok {
		fmt.Fprint(&b, fmt.Errorf("wrapped: %w", err), errors.Join(err, err))
	}
	return b.String()
}

func TestSecretsAreNotShown(t *testing.T) {
	const secret, hex = "sk_bc_ws_test_fake_and_new", "66616b655f616e645f6e6577"
	client, _ := answers(t, status(200, created), status(500, created), status(200, created[:120]), status(200, created))
	check := func(value any) {
		t.Helper()
		text := shown(value)
		for _, each := range []string{"fake_and_new", "fake_of_the_tests", hex} {
			if at := strings.Index(text, each); at >= 0 {
				t.Errorf("%T shows %q: %s", value, each, text[max(0, at-80):at+len(each)])
			}
		}
	}
	check(client)
	check(&client)
	key, err := client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "x"})
	if err != nil {
		t.Fatal(err)
	}
	check(key)
	check(*key)
	check(key.JSON)
	check(fmt.Sprintf("%v %+v %#v", []any{key}, []any{*key}, []boltzapi.AdminAPIKeyNewResponse{*key}))
	for range 2 {
		_, err := client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "x"})
		if !boltzapi.OutcomeUnknown(err) {
			t.Errorf("got %v", err)
		}
		check(err)
		var failed *boltzapi.Error
		if errors.As(err, &failed) {
			check(*failed)
			check(string(failed.DumpRequest(true)) + string(failed.DumpResponse(true)))
		}
	}
	if key.Key != secret {
		t.Errorf("got %q", key.Key)
	}
	// The deliberate way out.
	if out, err := json.Marshal(key); err != nil || !strings.Contains(string(out), secret) {
		t.Errorf("got %s, %v", out, err)
	}
}

func TestLogs(t *testing.T) {
	var b bytes.Buffer
	client, _ := answers(t, status(429, `{"code": "`+fakeKey+`"}`), status(200, created))
	logger := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if _, err := client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "x"}, option.WithLogger(logger)); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"sending request", "got response", "retrying request", "status=429", "not shown"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "fake_and_new") || strings.Contains(text, "fake_of_the_tests") {
		t.Error(text)
	}
}

func TestManyGoroutines(t *testing.T) {
	s := newService(t)
	client := s.client()
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			name := fmt.Sprint("key ", i)
			key, err := client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: name})
			if err != nil || key.KeyDetails.Name != name {
				t.Errorf("got %v, %v", key, err)
				return
			}
			for _, err := range client.Admin.APIKeys.ListAutoPaging(ctx, boltzapi.AdminAPIKeyListParams{Limit: boltzapi.Int(20)}).All() {
				if err != nil {
					t.Error(err)
				}
			}
			if revoked, err := client.Admin.APIKeys.Revoke(ctx, key.KeyDetails.ID); err != nil || revoked.IsActive {
				t.Errorf("got %v, %v", revoked, err)
			}
		}()
	}
	wg.Wait()
}

func BenchmarkNew(b *testing.B) {
	s := newService(b)
	s.before = func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, created)
		return true
	}
	client := s.client()
	b.Run("boltzapi", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := client.Admin.APIKeys.New(ctx, boltzapi.AdminAPIKeyNewParams{Name: "x"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("net/http", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			body, _ := json.Marshal(map[string]string{"name": "x"})
			req, _ := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/compute/v1/admin/api-keys", bytes.NewReader(body))
			req.Header.Set("x-api-key", fakeKey)
			req.Header.Set("Content-Type", "application/json")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				b.Fatal(err)
			}
			var key struct {
				Key     string   `json:"key"`
				Details plainKey `json:"key_details"`
			}
			if err := json.NewDecoder(res.Body).Decode(&key); err != nil {
				b.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
	})
}
