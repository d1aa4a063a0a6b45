// Package apierror holds the errors that calls return.
package apierror

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"

	"go.boltz.bio/boltzapi/internal/jsonwalk"
	"go.boltz.bio/boltzapi/internal/redact"
)

// ErrMissingAPIKey is returned where there is no API key. Nothing was sent.
var ErrMissingAPIKey = errors.New("boltzapi: there is no API key: use option.WithAPIKey, or set BOLTZ_API_KEY")

const notRepeated = "the request may have taken effect; it was not repeated"

// ArgumentError says which argument breaks the contract or a rule of this client. Nothing was sent.
type ArgumentError struct {
	// Argument is its name on the wire, such as "name" or "allowed_ips[1]", or that of an option.
	Argument string
	// Rule is what is expected, such as "a string of 1 to 255 characters".
	Rule string
	// Value is what was given, shortened and without secrets; empty where there is nothing to show.
	Value string
}

func (e *ArgumentError) Error() string {
	text := "boltzapi: " + e.Argument + ": " + e.Rule
	if e.Value != "" {
		text += ", got " + e.Value
	}
	return text
}

// Call says which call failed. The errors of calls embed it.
type Call struct {
	// Operation is its name in the contract; empty for an endpoint that the contract does not have.
	Operation string
	// StartedAt is when the call began, by this machine's clock.
	StartedAt time.Time
	// OutcomeUnknown is set where the request may have taken effect, no usable answer came, and repeating it could do
	// it twice.
	OutcomeUnknown bool
	// Request is the last request that was sent, with its secrets masked.
	Request *http.Request
	// Elapsed is how long the last try took.
	Elapsed time.Duration

	sent    Body
	secrets []redact.Secret
	// secretive is set where an answer may hold a secret that nobody knows yet.
	secretive bool
}

// NewCall returns the Call of req. An answer to it may hold a secret if it is secretive.
func NewCall(operation string, startedAt time.Time, req *http.Request, body []byte, secrets []redact.Secret, secretive bool) Call {
	return Call{
		Operation: operation, StartedAt: startedAt, Request: masked(req, body, secrets),
		sent: NewBody(string(body)), secrets: secrets, secretive: secretive,
	}
}

// SentBody returns the body as it was sent, secrets included.
func (c *Call) SentBody() []byte { return []byte(c.sent.Text()) }

// FailedCall returns the call itself, for code that has one of several errors.
func (c *Call) FailedCall() *Call { return c }

func (c *Call) text(what string) string {
	text := what
	if c.Request != nil {
		text = c.Request.Method + " " + strconv.Quote(c.Request.URL.String()) + ": " + what
	}
	if c.OutcomeUnknown {
		text += " (" + notRepeated + ")"
	}
	return text
}

// masked returns what may be shown of req.
func masked(req *http.Request, body []byte, secrets []redact.Secret) *http.Request {
	shown := new(http.Request)
	*shown = *req
	shown = shown.WithContext(req.Context())
	shown.Header = http.Header{}
	for name, values := range req.Header {
		for _, value := range values {
			shown.Header.Add(name, redact.Header(name, value, secrets))
		}
	}
	if u, err := req.URL.Parse(redact.URL(req.URL, secrets)); err == nil {
		shown.URL = u
	}
	text := redact.Scrub(string(body), secrets)
	shown.Body, shown.ContentLength = http.NoBody, int64(len(text))
	if text != "" {
		shown.Body = io.NopCloser(strings.NewReader(text))
	}
	shown.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	return shown
}

// Body is what the server sent, which printing does not show.
type Body struct{ text *string }

// NewBody returns text as a Body.
func NewBody(text string) Body { return Body{&text} }

// Text returns what the server sent.
func (b Body) Text() string {
	if b.text == nil {
		return ""
	}
	return *b.text
}

// Error is returned where the server answered with a status other than 2xx.
type Error struct {
	Call
	StatusCode int
	// Code is the service's word for what went wrong, such as "not_found"; empty if it gave none.
	Code string
	// Message is what the service says about it, without secrets.
	Message string
	// RequestID is the service's name for the request, to be quoted in a support case.
	RequestID string
	// RetryAfter is after how long the service says to try again; 0 if it does not say.
	RetryAfter time.Duration
	// Response is the answer. Its body can be read.
	Response *http.Response
	// JSON holds the members of the answer.
	JSON struct {
		Code        jsonwalk.Field
		Message     jsonwalk.Field
		Details     jsonwalk.Field
		ExtraFields map[string]jsonwalk.Field
	}

	body Body
}

// NewError returns the error for an answer with this body.
func NewError(call Call, res *http.Response, body string) *Error {
	e := &Error{
		Call: call, StatusCode: res.StatusCode, Response: res, RequestID: res.Header.Get("x-request-id"),
		body: NewBody(body),
	}
	_ = e.UnmarshalJSON([]byte(body)) // an answer from something in between need not be JSON
	if e.hides() && e.Message != "" {
		e.Message = redact.Mask
	}
	return e
}

// hides reports whether the service may have made a secret that nobody knows yet, and quote it.
func (e *Error) hides() bool { return e.secretive && e.OutcomeUnknown }

// UnmarshalJSON implements json.Unmarshaler.
func (e *Error) UnmarshalJSON(data []byte) error {
	e.body = NewBody(string(data))
	return jsonwalk.Decode(e.body.Text(), e, (*Error).decode)
}

func (e *Error) decode(d *jsonwalk.Decoder) {
	d.Object()
	for name, ok := d.Next(); ok; name, ok = d.Next() {
		switch name {
		case "code":
			e.JSON.Code = d.Skip()
			e.Code = e.string(e.JSON.Code)
		case "message":
			e.JSON.Message = d.Skip()
			e.Message = e.string(e.JSON.Message)
		case "details":
			e.JSON.Details = d.Skip()
		default:
			d.Extra(&e.JSON.ExtraFields, name)
		}
	}
}

// string returns a member as text without secrets; empty if it is none.
func (e *Error) string(field jsonwalk.Field) string {
	var text string
	if json.Unmarshal([]byte(field.Raw()), &text) != nil {
		return ""
	}
	return redact.Text(text, e.secrets)
}

func (e *Error) Error() string {
	what := strconv.Itoa(e.StatusCode)
	if name := http.StatusText(e.StatusCode); name != "" {
		what += " " + name
	}
	if location := e.location(); location != "" {
		return e.text("redirect not followed (" + what + ") to " + redact.Printable(redact.Text(location, e.secrets)))
	}
	return e.text(what + e.said())
}

// said is what the service says, as the message quotes it: enough for a sentence, not a proxy's whole page. Where it
// may have made a secret that nobody knows yet, that is the size.
func (e *Error) said() string {
	const longest = 500
	text := strings.TrimSpace(e.body.Text())
	switch {
	case text == "":
		return ""
	case e.hides():
		return " (" + strconv.Itoa(len(text)) + " bytes, not shown)"
	}
	return " " + redact.Printable(redact.Cut(redact.Text(text, e.secrets), longest))
}

func (e *Error) location() string {
	if e.Response == nil || e.StatusCode < 300 || e.StatusCode > 399 {
		return ""
	}
	return e.Response.Header.Get("Location")
}

// Format implements fmt.Formatter: every verb writes the message, and none a field.
func (e *Error) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// RawJSON returns the body as the server sent it.
func (e *Error) RawJSON() string { return e.body.Text() }

// RawBody returns the body as the server sent it.
func (e *Error) RawBody() []byte { return []byte(e.body.Text()) }

// DumpRequest returns the request as text, with its secrets masked.
func (e *Error) DumpRequest(body bool) []byte {
	if e.Request == nil {
		return nil
	}
	req := e.Request.Clone(e.Request.Context())
	req.Body, _ = e.Request.GetBody()
	out, _ := httputil.DumpRequestOut(req, body)
	return out
}

// DumpResponse returns the answer as text, without secrets.
func (e *Error) DumpResponse(body bool) []byte {
	if e.Response == nil {
		return nil
	}
	res := *e.Response
	res.Header = http.Header{}
	for name, values := range e.Response.Header {
		for _, value := range values {
			res.Header.Add(name, redact.Header(name, value, e.secrets))
		}
	}
	text := redact.Text(e.body.Text(), e.secrets)
	if e.hides() {
		text = ""
	}
	res.Body, res.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	out, _ := httputil.DumpResponse(&res, body)
	return out
}

// ResponseError is returned where an answer came that does not fit the contract, or is not the JSON that it should be.
// A key that was created is in its body.
type ResponseError struct {
	Call
	StatusCode int
	// Path is where in the answer the fault is, such as "$.data[3].created_at"; empty if it is elsewhere.
	Path string
	// Reason is what is wrong there.
	Reason string
	// RequestID is the service's name for the request.
	RequestID string
	// Response is the answer. Its body can be read, and is what RawBody returns.
	Response *http.Response

	body Body
}

// NewResponseError returns the error for an answer with this body.
func NewResponseError(call Call, res *http.Response, body, path, reason string) *ResponseError {
	return &ResponseError{
		Call: call, StatusCode: res.StatusCode, Path: path, Reason: redact.Text(reason, call.secrets),
		RequestID: res.Header.Get("x-request-id"), Response: res, body: NewBody(body),
	}
}

func (e *ResponseError) Error() string {
	at := ""
	if e.Path != "" {
		at = " at " + redact.Printable(e.Path)
	}
	return e.text("the answer does not fit the contract: " + redact.Printable(e.Reason) + at)
}

// Format implements fmt.Formatter: every verb writes the message, and none a field.
func (e *ResponseError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// RawJSON returns the body as the server sent it, secrets included.
func (e *ResponseError) RawJSON() string { return e.body.Text() }

// RawBody returns the body as the server sent it, secrets included.
func (e *ResponseError) RawBody() []byte { return []byte(e.body.Text()) }

// ConnectionError is returned where no whole answer came. Unwrap gives the reason: errors.Is finds
// context.Canceled and context.DeadlineExceeded.
type ConnectionError struct {
	Call
	cause   error
	timeout bool
	partial Body
}

// NewConnectionError returns the error for a call that cause ended, after this part of an answer.
func NewConnectionError(call Call, cause error, timeout bool, partial string) *ConnectionError {
	return &ConnectionError{call, presentable(cause, call), timeout, NewBody(partial)}
}

func (e *ConnectionError) Error() string {
	what := "connection error: "
	if e.timeout {
		what = "timed out: "
	}
	return e.text(what + redact.Printable(redact.Text(e.cause.Error(), e.secrets)))
}

// Format implements fmt.Formatter: every verb writes the message, and none a field.
func (e *ConnectionError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// Unwrap returns what ended the call.
func (e *ConnectionError) Unwrap() error { return e.cause }

// Timeout reports whether time ran out.
func (e *ConnectionError) Timeout() bool { return e.timeout }

// Temporary is there for net.Error.
func (e *ConnectionError) Temporary() bool { return true }

// RawBody returns what came of an answer before the connection was lost, secrets included.
func (e *ConnectionError) RawBody() []byte { return []byte(e.partial.Text()) }

// presentable returns err, or if its text may quote a secret, its text alone without that.
func presentable(err error, call Call) error {
	text := err.Error()
	shown := redact.Text(text, call.secrets)
	if call.secretive {
		shown = redact.Quoted(shown)
	}
	if shown == text {
		return err
	}
	return errors.New(shown)
}

func format(s fmt.State, verb rune, text string) {
	if verb == 'q' || s.Flag('#') {
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(s, text)
}

// PaginationError is returned where the server's cursors do not lead through the list: one leads nowhere, or round in
// a circle.
type PaginationError struct {
	// Cursor is the one that leads back; empty where there is none.
	Cursor string
}

func (e *PaginationError) Error() string {
	if e.Cursor == "" {
		return "boltzapi: the server says that there are more pages and gives no cursor for the next one; the list is incomplete"
	}
	return "boltzapi: the server's cursor " + redact.Quote(e.Cursor) + " leads back to where the listing has been; " +
		"it stops here, since it would never end, and the list may be incomplete"
}
