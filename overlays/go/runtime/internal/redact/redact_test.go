package redact

import (
	"net/url"
	"strings"
	"testing"
)

func TestScrub(t *testing.T) {
	known := []Secret{NewSecret(`a b"c&d=e`), NewSecret("short")}
	for text, want := range map[string]string{
		"sk_bc_ws_live_fake1234":                   "sk_bc_" + Mask,
		"x sk-bc-admin_fake, y":                    "x sk-bc-" + Mask + ", y",
		"key_prefix sk_bc_ws_liv":                  "key_prefix sk_bc_ws_liv",
		"sk_bc_ws_liv… and sk_bc_ws_liv... ":       "sk_bc_ws_liv… and sk_bc_ws_liv... ",
		"sk_bc_ws_liv…x":                           "sk_bc_" + Mask,
		"sk_bc_a sk_bc_ sk_b sk":                   "sk_bc_a sk_bc_ sk_b sk",
		`"sk_bc_ws_live_fake1"sk_bc_ws_live_fake2`: `"sk_bc_` + Mask + `"sk_bc_` + Mask,
		`<a b"c&d=e>`:                              "<" + Mask + ">",
		"?q=a+b%22c%26d%3De#":                      "?q=" + Mask + "#",
		`{"a": "a b\"c\u0026d=e"}`:                 `{"a": "` + Mask + `"}`,
		"short":                                    "short",
	} {
		if got := Scrub(text, known); got != want {
			t.Errorf("%q: want %q, got %q", text, want, got)
		}
	}
}

func TestTextShowsNoPartOfASecretAtItsEnd(t *testing.T) {
	secret := strings.Repeat("fake", 200)
	for _, at := range []int{MaxText - 10, 2*MaxText - 10} {
		text := strings.Repeat(" ", at) + secret + strings.Repeat(" ", MaxText)
		if got := Text(text, []Secret{NewSecret(secret)}); strings.Contains(got, "fake") {
			t.Errorf("at %d: %q", at, got[len(got)-100:])
		}
	}
}

func TestSoundsSecret(t *testing.T) {
	for name, want := range map[string]bool{
		"api_key": true, "apiKey": true, "X-API-Key": true, "apikey": true, "key": true, "accessToken": true, "PASSWORD": true,
		"key_prefix": false, "monkey": false, "turkey": false, "": false, "keys": false,
	} {
		if got := SoundsSecret(name); got != want {
			t.Errorf("%s: want %v, got %v", name, want, got)
		}
	}
}

func TestHeader(t *testing.T) {
	for name, want := range map[string]string{
		"Content-Type": "a", "X-Request-Id": "a", "Retry-After": "a", "X-Api-Key": Mask, "Set-Cookie": Mask, "X-Other": Mask,
	} {
		if got := Header(name, "a", nil); got != want {
			t.Errorf("%s: want %q, got %q", name, want, got)
		}
	}
}

func TestURL(t *testing.T) {
	u, err := url.Parse("https://me:fake-password@host/a%2Fb?limit=1&api_key=fake&x=sk_bc_ws_live_fake12#fragment")
	if err != nil {
		t.Fatal(err)
	}
	if want, got := "https://host/a%2Fb?limit=1&api_key="+Mask+"&x=sk_bc_"+Mask, URL(u, nil); want != got {
		t.Errorf("want %s, got %s", want, got)
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"é 🔑 \"": "é 🔑 \"", "a\nb\x1b[31m\u202e\u009b": `a\nb\x1b[31m\u202e\u009b`, "\x7f": `\x7f`,
	} {
		if got := Printable(text); got != want {
			t.Errorf("%q: want %q, got %q", text, want, got)
		}
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("a sk_bc_ws_live_fake b", "sk_bc_ws_live_fake")
	f.Fuzz(func(t *testing.T, text, secret string) {
		got := Scrub(text, []Secret{NewSecret(secret)})
		if len(secret) >= shortest && !strings.Contains(Mask, secret) && strings.Contains(got, secret) && !strings.ContainsAny(secret, "*") {
			t.Errorf("%q in %q", secret, got)
		}
		if HoldsKey(got) && !strings.Contains(got, "*") {
			t.Errorf("a key in %q", got)
		}
	})
}
