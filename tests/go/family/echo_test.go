package boltzapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"go.boltz.bio/boltzapi"
	"go.boltz.bio/boltzapi/option"
)

var ctx = context.Background()

// sent is the last request that arrived.
type sent struct {
	*http.Request
	body string
}

// answering returns a client of a server that answers everything with these bytes.
func answering(t *testing.T, code int, answer string) (boltzapi.Client, *sent) {
	t.Helper()
	got := &sent{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got.Request, got.body = r, string(bytes.TrimSpace(body))
		w.WriteHeader(code)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return boltzapi.NewClient(option.WithAPIKey("fake"), option.WithBaseURL(s.URL), option.WithMaxRetries(0)), got
}

func same(t *testing.T, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Errorf("want %#v, got %#v", want, got)
	}
}

// sameJSON compares two JSON texts.
func sameJSON(t *testing.T, want, got string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(want), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got), &b); err != nil {
		t.Errorf("%q: %v", got, err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("want %s, got %s", want, got)
	}
}

// kept reports whether a value is written as it came.
func kept(t *testing.T, want string, value any) {
	t.Helper()
	out, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, want, string(out))
}

// refused reports whether a call failed for an argument.
func refused(t *testing.T, argument string, err error) {
	t.Helper()
	fault, ok := err.(*boltzapi.ArgumentError)
	if !ok || fault.Argument != argument {
		t.Errorf("want %s refused, got %v", argument, err)
	}
}
