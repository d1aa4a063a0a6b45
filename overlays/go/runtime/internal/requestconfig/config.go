// Package requestconfig makes calls: it checks and encodes a request, sends it, decides whether to try again, and
// decodes the answer. It knows no endpoint.
package requestconfig

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"go.boltz.bio/boltzapi/internal/apierror"
	"go.boltz.bio/boltzapi/internal/redact"
)

// Limits that hold unless an option says otherwise.
const (
	DefaultMaxRetries       = 2
	DefaultRequestTimeout   = 60 * time.Second
	DefaultTotalTimeout     = 600 * time.Second
	DefaultMaxResponseBytes = 16 << 20
)

// Contract is what the contract says about every call.
type Contract struct {
	// Server is the service's URL.
	Server string
	// KeyHeader is the header that carries the key; empty where the contract knows no key.
	KeyHeader string
	// KeyScheme stands before the key in that header, such as "Bearer ".
	KeyScheme string
}

// Operation is one operation of the contract.
type Operation struct {
	Contract *Contract
	// Name is the operation's name in the contract; empty for an endpoint that the contract does not have.
	Name   string
	Method string
	// Repeatable is set where sending it twice does no more than sending it once.
	Repeatable bool
	// Public is set where no key is needed.
	Public bool
	// MayBeEmpty is set where some successes have no content. The result is nil then.
	MayBeEmpty bool
	// Secret is set where a successful answer may hold a secret.
	Secret bool
	// Confirm compares a decoded answer with the body that was sent, and with the parameters that it was made of, or
	// nil; Confirm itself is nil where nothing is compared. The text is what is wrong.
	Confirm func(body []byte, params, res any) string
}

// HTTPClient sends requests. *http.Client is one.
type HTTPClient interface {
	Do(*http.Request) (*http.Response, error)
}

// MiddlewareNext goes on with a request.
type MiddlewareNext = func(*http.Request) (*http.Response, error)

// Middleware stands between a call and the HTTP client.
type Middleware = func(*http.Request, MiddlewareNext) (*http.Response, error)

// Option is an option of a client or a call.
type Option interface{ Apply(*Config) error }

// OptionFunc is an Option made of a function.
type OptionFunc func(*Config) error

// Apply implements Option.
func (f OptionFunc) Apply(c *Config) error { return f(c) }

// Clock is where time and chance come from. Tests put in their own.
type Clock interface {
	Now() time.Time
	// Sleep waits, or returns the context's error.
	Sleep(context.Context, time.Duration) error
	// Random returns a number from 0 to 1.
	Random() float64
}

// WithClock returns the option that puts in another clock.
func WithClock(clock Clock) Option {
	return OptionFunc(func(c *Config) error {
		c.Clock = clock
		return nil
	})
}

// WithoutConfirmation returns the option that leaves out what Operation.Confirm does.
func WithoutConfirmation() Option {
	return OptionFunc(func(c *Config) error {
		c.unconfirmed = true
		return nil
	})
}

// ClockOf returns the clock that options put in.
func ClockOf(options ...Option) Clock {
	c := NewConfig()
	_ = c.apply(options) // a wrong option is reported by the call
	return c.Clock
}

type systemClock struct{}

func (systemClock) Now() time.Time  { return time.Now() }
func (systemClock) Random() float64 { return rand.Float64() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Config is what options set for one call.
type Config struct {
	BaseURL           *url.URL
	APIKey            redact.Secret
	HTTPClient        HTTPClient
	Middlewares       []Middleware
	MaxRetries        int
	RequestTimeout    time.Duration
	TotalTimeout      time.Duration
	MaxResponseBytes  int
	AllowInsecureHTTP bool
	Logger            *slog.Logger
	Clock             Clock
	ResponseInto      **http.Response
	ResponseBodyInto  any
	// Body is sent instead of the operation's own; nil where it is not replaced.
	Body        []byte
	ContentType string

	unconfirmed bool

	header  http.Header
	omitted map[string]bool
	query   url.Values
	changes []change
}

// change is something to set in the body, or to take out of it.
type change struct {
	path   []string
	value  any
	remove bool
}

// NewConfig returns the Config that holds where no option says otherwise.
func NewConfig() *Config {
	return &Config{
		MaxRetries: DefaultMaxRetries, RequestTimeout: DefaultRequestTimeout, TotalTimeout: DefaultTotalTimeout,
		MaxResponseBytes: DefaultMaxResponseBytes, Clock: systemClock{},
		header: make(http.Header, 8), query: url.Values{},
	}
}

func (c *Config) apply(options []Option) error {
	for _, option := range options {
		if option == nil {
			continue
		}
		if err := option.Apply(c); err != nil {
			return err
		}
	}
	return nil
}

// SetHeader sets a header in place of any of that name.
func (c *Config) SetHeader(argument, name, value string) error {
	if err := CheckHeader(argument, name, value); err != nil {
		return err
	}
	c.header.Set(name, value)
	delete(c.omitted, http.CanonicalHeaderKey(name))
	return nil
}

// AddHeader adds a header to those of that name.
func (c *Config) AddHeader(argument, name, value string) error {
	if err := CheckHeader(argument, name, value); err != nil {
		return err
	}
	c.header.Add(name, value)
	delete(c.omitted, http.CanonicalHeaderKey(name))
	return nil
}

// DelHeader leaves a header out, those included that the client would set.
func (c *Config) DelHeader(argument, name string) error {
	if err := CheckHeader(argument, name, ""); err != nil {
		return err
	}
	c.header.Del(name)
	if c.omitted == nil {
		c.omitted = map[string]bool{}
	}
	c.omitted[http.CanonicalHeaderKey(name)] = true
	return nil
}

// Query returns the parameters of the URL, to be changed.
func (c *Config) Query() url.Values { return c.query }

// SetJSON has value set in the body. Dots in path go down into objects.
func (c *Config) SetJSON(path string, value any) {
	c.changes = append(c.changes, change{strings.Split(path, "."), value, false})
}

// DelJSON has a member taken out of the body.
func (c *Config) DelJSON(path string) {
	c.changes = append(c.changes, change{strings.Split(path, "."), nil, true})
}

// CheckHeader refuses a header that would not arrive as what it is.
func CheckHeader(argument, name, value string) error {
	rule := ""
	switch {
	case name == "" || strings.IndexFunc(name, notToken) >= 0:
		rule = "expected the name of a header"
	case strings.EqualFold(name, "Content-Length"), strings.EqualFold(name, "Transfer-Encoding"):
		// With these, the rest of a body could pass for a request of its own.
		rule = "it says where the request ends, which is the connection's business"
	case strings.IndexFunc(value, func(r rune) bool { return r != '\t' && (r < ' ' || r > '~') }) >= 0:
		// The value is not shown: it may well be a secret.
		return &apierror.ArgumentError{
			Argument: argument,
			Rule:     "the value of " + redact.Quote(name) + " holds a line break or another character that a header cannot carry",
		}
	default:
		return nil
	}
	return &apierror.ArgumentError{Argument: argument, Rule: rule, Value: redact.Quote(name)}
}

func notToken(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

// ParseBaseURL returns a URL that a key may be sent to. Plain http is judged later, by checkBaseURL.
func ParseBaseURL(text string) (*url.URL, error) {
	fault := func(rule string) error {
		return &apierror.ArgumentError{Argument: "base_url", Rule: rule, Value: redact.Quote(text)}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return nil, fault("must not hold spaces or line breaks")
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Port() == "0" || strings.HasSuffix(u.Host, ":") {
		return nil, fault("expected a URL such as https://api.example.com")
	}
	if u.User != nil {
		return nil, &apierror.ArgumentError{Argument: "base_url", Rule: "must not hold a user name or a password"}
	}
	if strings.ContainsAny(text, "?#") {
		return nil, fault("must have neither a query nor a fragment")
	}
	if !strings.HasSuffix(u.Path, "/") {
		u = u.JoinPath("/")
	}
	return u, nil
}

func (c *Config) checkBaseURL(contract *Contract) error {
	if c.BaseURL == nil {
		u, err := ParseBaseURL(contract.Server)
		if err != nil {
			return err
		}
		c.BaseURL = u
	}
	if c.BaseURL.Scheme == "http" && !c.AllowInsecureHTTP && !isLoopback(c.BaseURL.Hostname()) {
		return &apierror.ArgumentError{
			Argument: "base_url",
			Rule: "plain http would send the API key unencrypted; use https, or localhost, 127.0.0.1 or [::1], or " +
				"option.WithAllowInsecureHTTP if nobody can listen in between",
			Value: redact.Quote(c.BaseURL.String()),
		}
	}
	return nil
}

// isLoopback reports whether host is this machine, by the names for which no proxy is asked.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && (ip.Equal(net.IPv4(127, 0, 0, 1)) || ip.Equal(net.IPv6loopback))
}
