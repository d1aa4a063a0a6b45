package boltzapi_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.boltz.bio/boltzapi"
)

func TestFormats(t *testing.T) {
	answer := `{"address": "192.0.2.7", "password": "fake-1", "oldPasswords": ["fake-2"], "tokens": {"a": "fake-3"},
		"recovery": "fake-4", "pin": "fake-5", "boot": "2026-01-02T03:04:05.5Z", "day": "2026-01-02", "id": "x", "fresh": "fake-6"}`
	client, got := answering(t, 200, answer)
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	host, err := client.Default.AddHost(ctx, day, boltzapi.DefaultAddHostParams{
		Address: "2001:db8::1", Since: boltzapi.Time(day), Day: boltzapi.Time(day), Boot: boltzapi.Time(day),
		Password: boltzapi.String("fake-long-one"), Routes: []string{"2001:db8::2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "/hosts/2026-01-02?since=2026-01-02", got.URL.RequestURI())
	sameJSON(t, `{"address": "2001:db8::1", "day": "2026-01-02", "boot": "2026-01-02T00:00:00Z", "password": "fake-long-one",
		"routes": ["2001:db8::2"]}`, got.body)
	same(t, day, host.Day)
	same(t, "fake-3", host.Tokens["a"])
	same(t, "fake-5", host.Pin.AsString())
	var b bytes.Buffer
	fmt.Fprintf(&b, "%v %+v %#v %s %v %v", *host, host, *host, host, []any{host, *host}, host.Pin)
	slog.New(slog.NewTextHandler(&b, nil)).Info("it", "host", host)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("it", "host", *host)
	if text := b.String(); strings.Contains(text, "fake-") || !strings.Contains(text, "192.0.2.7") {
		t.Error(text)
	}
}

func TestWrongFormats(t *testing.T) {
	client, _ := answering(t, 500, "")
	for argument, params := range map[string]boltzapi.DefaultAddHostParams{
		"address":   {Address: "host"},
		"gateway":   {Address: "192.0.2.7", Gateway: boltzapi.String("2001:db8::1")},
		"routes[0]": {Address: "192.0.2.7", Routes: []string{"192.0.2.7"}},
		"password":  {Address: "192.0.2.7", Password: boltzapi.String("fake-1")},
	} {
		_, err := client.Default.AddHost(ctx, time.Now(), params)
		refused(t, argument, err)
		if strings.Contains(fmt.Sprint(err), "fake-") {
			t.Error(err)
		}
	}
}
