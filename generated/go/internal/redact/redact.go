// Package redact keeps secrets out of everything that is printed, logged or wrapped in an error.
package redact

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mask stands where a secret was.
const Mask = "**********"

const (
	// MaxText is how much of a text is scanned for secrets and shown. Cutting first bounds the work that a hostile
	// answer can cause.
	MaxText = 4 << 10
	// shortest is the length from which every occurrence of a known secret is masked. Masking shorter ones would make
	// texts unreadable, and no key is that short.
	shortest = 8
	// prefix is the length of what the service itself shows of a key, "sk_bc_" not counted.
	prefix = 6
)

// Secret is a string that fmt, encoding/json and log/slog do not show. It holds the value by pointer, because fmt
// calls no methods on unexported fields: it prints the address then.
type Secret struct{ value *string }

// NewSecret returns value as a Secret.
func NewSecret(value string) Secret { return Secret{&value} }

// Reveal returns the value itself.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether there is no value.
func (s Secret) IsZero() bool { return s.value == nil }

// Format implements fmt.Formatter. It writes the mask, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Mask)) }

// MarshalText implements encoding.TextMarshaler. It returns the mask.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// Cut returns text, shortened to at most limit bytes.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "… (" + strconv.Itoa(len(text)) + " bytes)"
}

// Text returns at most MaxText bytes of text, without secrets.
func Text(text string, known []Secret) string {
	// What is cut off in the second step cannot be a part of a secret that was seen whole in the first.
	return Cut(Scrub(Cut(text, 2*MaxText), known), MaxText)
}

// Scrub returns text without anything that looks like a key, and without the known secrets, however they are spelt.
func Scrub(text string, known []Secret) string {
	var spellings []string
	for _, secret := range known {
		if plain := secret.Reveal(); len(plain) >= shortest {
			spellings = append(spellings, spelt(plain)...)
		}
	}
	// The longest first: one may be a part of another.
	slices.SortFunc(spellings, func(a, b string) int { return len(b) - len(a) })
	for _, spelling := range spellings {
		text = strings.ReplaceAll(text, spelling, Mask)
	}
	return maskKeys(text)
}

// spelt returns a secret as it is, and as URLs, JSON and Go's %q have it.
func spelt(plain string) []string {
	found := []string{plain, url.QueryEscape(plain), url.PathEscape(plain)}
	if quoted, err := json.Marshal(plain); err == nil {
		found = append(found, string(quoted[1:len(quoted)-1]))
	}
	quoted := strconv.Quote(plain)
	return append(found, quoted[1:len(quoted)-1])
}

// HoldsKey reports whether something in text looks like a whole key.
func HoldsKey(text string) bool { return nextKey(text, 0) >= 0 }

func maskKeys(text string) string {
	var b strings.Builder
	done := 0
	for at := nextKey(text, 0); at >= 0; at = nextKey(text, done) {
		b.WriteString(text[done:at])
		b.WriteString(Mask)
		done = at + markLength(text[at:])
	}
	if done == 0 {
		return text
	}
	return b.String() + text[done:]
}

// nextKey returns where the part after "sk_bc_" of the next key begins, or -1.
func nextKey(text string, from int) int {
	for i := from; ; i++ {
		next := strings.Index(text[i:], "sk")
		if next < 0 {
			return -1
		}
		i += next
		rest := text[i:]
		if len(rest) > 6 && isDash(rest[2]) && rest[3:5] == "bc" && isDash(rest[5]) {
			if run := rest[6 : 6+markLength(rest[6:])]; isKey(run) {
				return i + 6
			}
		}
	}
}

func isDash(b byte) bool { return b == '_' || b == '-' }

// isKey reports whether what follows "sk_bc_" is more than the prefix that the service itself shows, which dots may
// follow.
func isKey(run string) bool {
	if utf8.RuneCountInString(run) <= prefix {
		return false
	}
	word := 0
	for _, r := range run {
		if r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		word++
	}
	return word > prefix || strings.Trim(string([]rune(run)[word:]), ".…") != ""
}

// markLength returns up to where a key may go on: whitespace, a quote, or what sets values apart in JSON, URLs,
// headers and sentences.
func markLength(text string) int {
	end := strings.IndexFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"'`<>(){}[],;&|*", r)
	})
	if end < 0 {
		return len(text)
	}
	return end
}

var lastWords = []string{
	"key", "secret", "token", "password", "passwd", "passphrase", "credential", "credentials", "authorization",
	"cookie", "signature",
}

// SoundsSecret reports whether a member or parameter of that name usually holds a secret: "api_key", "apiKey",
// "X-API-Key" and "apikey" do, "key_prefix" and "monkey" do not.
func SoundsSecret(name string) bool {
	lower := strings.ToLower(name)
	for _, word := range lastWords {
		if !strings.HasSuffix(lower, word) {
			continue
		}
		before := name[:len(name)-len(word)]
		if before == "" || strings.HasSuffix(lower[:len(before)], "api") {
			return true
		}
		last, first := before[len(before)-1], name[len(before)]
		isUpper := first >= 'A' && first <= 'Z'
		switch {
		case last >= 'A' && last <= 'Z':
		case last >= 'a' && last <= 'z', last >= '0' && last <= '9':
			if isUpper {
				return true
			}
		default:
			return true
		}
	}
	return false
}

var credentialWords = []string{"auth", "cookie", "credential", "key", "passw", "secret", "signature", "token"}

// IsCredential reports whether a header of that name carries a credential.
func IsCredential(header string) bool {
	lower := strings.ToLower(header)
	for _, word := range credentialWords {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// Credentials returns what must not be shown of a header's value: all of it, and its parts.
func Credentials(header, value string) []Secret {
	if !IsCredential(header) {
		return nil
	}
	parts := append(strings.FieldsFunc(value, func(r rune) bool {
		return unicode.IsSpace(r) || r == ';' || r == ','
	}), value)
	var found []Secret
	for _, part := range parts {
		if strings.EqualFold(header, "cookie") {
			if _, crumb, ok := strings.Cut(part, "="); ok && len(crumb) >= shortest {
				found = append(found, NewSecret(crumb))
			}
		}
		if len(part) >= shortest {
			found = append(found, NewSecret(part))
		}
	}
	return found
}

// Headers that describe the message, or help to trace it. Any other may carry a secret.
var (
	shownHeaders = strings.Fields("age allow cache-control cf-ray connection date etag expires host last-modified " +
		"location retry-after retry-after-ms server server-timing transfer-encoding user-agent vary via x-should-retry " +
		"accept request-id")
	shownBeginnings = []string{"accept-", "content-", "ratelimit"}
	shownParts      = []string{"-request-id", "-ratelimit"}
)

// Header returns a header's value as logs and errors show it: the mask, unless it is known to carry no secret.
func Header(name, value string, known []Secret) string {
	lower := strings.ToLower(name)
	begins := func(start string) bool { return strings.HasPrefix(lower, start) }
	contains := func(part string) bool { return strings.Contains(lower, part) }
	if slices.Contains(shownHeaders, lower) || slices.ContainsFunc(shownBeginnings, begins) || slices.ContainsFunc(shownParts, contains) {
		return Text(value, known)
	}
	return Mask
}

// Quoted returns text with a mask in place of everything between quotes: what an HTTP library quotes is a part of the
// response.
func Quoted(text string) string {
	parts := strings.Split(text, `"`)
	for i := 1; i < len(parts); i += 2 {
		parts[i] = Mask
	}
	return strings.Join(parts, `"`)
}

// URL returns a URL as logs and errors show it.
func URL(u *url.URL, known []Secret) string {
	shown := *u
	shown.User, shown.Fragment = nil, ""
	if shown.RawQuery != "" {
		pairs := strings.Split(shown.RawQuery, "&")
		for i, pair := range pairs {
			raw, _, _ := strings.Cut(pair, "=")
			if name, err := url.QueryUnescape(raw); err != nil || SoundsSecret(name) {
				pairs[i] = raw + "=" + Mask
			}
		}
		shown.RawQuery = strings.Join(pairs, "&")
	}
	return Text(shown.String(), known)
}

// Printable returns text in which nothing can steer a terminal or pass for a line of its own.
func Printable(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// Quote returns a value as an error message shows it: short, quoted, and without secrets.
func Quote(text string) string {
	const longest = 60
	shown := strconv.Quote(Text(text, nil))
	if utf8.RuneCountInString(shown) > longest {
		shown = string([]rune(shown)[:longest]) + "…"
	}
	return shown
}

// Hide returns the mask in place of a secret.
func Hide(secret string) string {
	if secret == "" {
		return ""
	}
	return Mask
}

// HideAll returns a mask in place of each secret.
func HideAll(secrets []string) []string {
	if secrets == nil {
		return nil
	}
	masks := make([]string, len(secrets))
	for i, secret := range secrets {
		masks[i] = Hide(secret)
	}
	return masks
}

// HideValues returns a mask in place of each secret.
func HideValues(secrets map[string]string) map[string]string {
	if secrets == nil {
		return nil
	}
	masks := make(map[string]string, len(secrets))
	for name, secret := range secrets {
		masks[name] = Hide(secret)
	}
	return masks
}
