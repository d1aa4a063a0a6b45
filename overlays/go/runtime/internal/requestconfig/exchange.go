package requestconfig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.boltz.bio/boltzapi/internal/apierror"
	"go.boltz.bio/boltzapi/internal/jsonwalk"
)

// answer is a successful answer, not decoded yet.
type answer struct {
	res  *http.Response
	body string
	call func(unknown bool) apierror.Call
}

// exchange sends the request until there is a success, or no hope of one.
func (p *prepared) exchange(ctx context.Context) (*answer, error) {
	if ctx == nil {
		return nil, &apierror.ArgumentError{Argument: "ctx", Rule: "expected a context, got nil"}
	}
	clock := p.cfg.Clock
	started := clock.Now()
	target := p.url
	var elapsed time.Duration
	call := func(unknown bool) apierror.Call {
		// Without the context's values: an error must not keep alive what a request holds.
		req := p.request(context.Background(), target)
		c := apierror.NewCall(p.operation.Name, started, req, p.body, p.secrets(), p.operation.Secret)
		c.OutcomeUnknown, c.Elapsed = unknown, elapsed
		return c
	}
	left := func() time.Duration {
		if p.cfg.TotalTimeout <= 0 {
			return math.MaxInt64
		}
		return p.cfg.TotalTimeout - clock.Now().Sub(started)
	}
	for retries, redirects := 0, 0; ; {
		if err := ctx.Err(); err != nil {
			return nil, apierror.NewConnectionError(call(false), interrupted(ctx, nil), isTimeout(err), "")
		}
		p.logSending(ctx, target, retries)
		got := p.send(ctx, target, p.timeout(left()))
		elapsed = got.elapsed
		p.logOutcome(ctx, target, got)
		if p.accepts(&got) {
			return &answer{got.res, got.body, call}, nil
		}
		if to := p.redirected(&got, target); to != nil && redirects < maxRedirects {
			redirects++
			target = to
			continue
		}
		delay := delayBeforeRetry(got.header(), retries, clock.Random(), clock.Now())
		// A wait that ends after the call's time is over only delays the bad news.
		if !p.mayRetry(ctx, &got) || retries >= p.cfg.MaxRetries || delay >= left() {
			return nil, p.failure(ctx, got, call)
		}
		retries++
		p.logRetry(ctx, target, delay, got)
		if err := clock.Sleep(ctx, delay); err != nil {
			return nil, apierror.NewConnectionError(call(false), interrupted(ctx, got.reason()), isTimeout(err), got.body)
		}
	}
}

// timeout returns how long one try may take; 0 is without end.
func (p *prepared) timeout(left time.Duration) time.Duration {
	if p.cfg.TotalTimeout <= 0 {
		return p.cfg.RequestTimeout
	}
	left = max(left, time.Millisecond)
	if p.cfg.RequestTimeout <= 0 {
		return left
	}
	return min(p.cfg.RequestTimeout, left)
}

// status returns the status of an answer that is no success, or 0. It says enough, whatever became of the body.
func (o *outcome) status() int {
	if o.res == nil || o.res.StatusCode >= 200 && o.res.StatusCode <= 299 {
		return 0
	}
	return o.res.StatusCode
}

// header returns what the server says about trying again.
func (o *outcome) header() http.Header {
	if o.status() == 0 {
		return nil
	}
	return o.res.Header
}

func (p *prepared) redirected(got *outcome, target *url.URL) *url.URL {
	if got.status() == 0 {
		return nil
	}
	return followedTo(got.status(), got.res.Header, p.operation.Method, target, p.operation.Repeatable)
}

func (p *prepared) mayRetry(ctx context.Context, got *outcome) bool {
	if status := got.status(); status != 0 {
		return mayRetryStatus(status, got.res.Header.Get("x-should-retry"), p.operation.Repeatable)
	}
	return !got.lasting && ctx.Err() == nil && (got.unsent || p.operation.Repeatable)
}

// accepts reports whether there is a successful answer. What a create answers is not to be thrown away for a missing
// last chunk: a JSON object says itself where it ends.
func (p *prepared) accepts(got *outcome) bool {
	if got.res == nil || got.status() != 0 {
		return false
	}
	if got.err == nil {
		return true
	}
	return !p.operation.Repeatable && strings.HasSuffix(strings.TrimSpace(got.body), "}") && json.Valid([]byte(got.body))
}

// failure returns the error for what came of the last try.
func (p *prepared) failure(ctx context.Context, got outcome, call func(bool) apierror.Call) error {
	if status := got.status(); status != 0 {
		c := call(!p.operation.Repeatable && mayHaveHappened(status))
		p.present(got.res, got.body, c.Request)
		err := apierror.NewError(c, got.res, got.body)
		err.RetryAfter = max(0, demandedDelay(got.res.Header, p.cfg.Clock.Now()))
		return err
	}
	c := call(!p.operation.Repeatable && !got.unsent)
	if got.lasting {
		p.present(got.res, got.body, c.Request)
		return apierror.NewResponseError(c, got.res, got.body, "", got.err.Error())
	}
	if ctx.Err() != nil {
		return apierror.NewConnectionError(c, interrupted(ctx, nil), isTimeout(ctx.Err()), got.body)
	}
	return apierror.NewConnectionError(c, got.err, got.timeout, got.body)
}

// present makes an answer fit to be kept: with the body as it was read, and with the masked request.
func (p *prepared) present(res *http.Response, body string, req *http.Request) {
	res.Body = io.NopCloser(strings.NewReader(body))
	res.Request = req
	if p.cfg.ResponseInto != nil {
		*p.cfg.ResponseInto = res
	}
}

// interrupted returns why ctx is done, so that errors.Is finds both its error and its cause, and what was last.
func interrupted(ctx context.Context, last error) error {
	err := ctx.Err()
	if cause := context.Cause(ctx); !errors.Is(cause, err) {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	if last != nil {
		err = fmt.Errorf("%w (before that: %w)", err, last)
	}
	return err
}

func (o *outcome) reason() error {
	if o.err != nil {
		return o.err
	}
	return errors.New("status " + strconv.Itoa(o.res.StatusCode))
}

// Do makes the call and decodes the answer. Decode is nil where there is none to decode.
func Do[T any](ctx context.Context, r Request, decode func(*T, *jsonwalk.Decoder)) (*T, error) {
	p, err := prepare(r)
	if err != nil {
		return nil, err
	}
	return run(ctx, p, decode)
}

func run[T any](ctx context.Context, p *prepared, decode func(*T, *jsonwalk.Decoder)) (*T, error) {
	a, err := p.exchange(ctx)
	if err != nil {
		return nil, err
	}
	if p.cfg.ResponseInto != nil {
		p.present(a.res, a.body, a.call(false).Request)
	}
	if p.cfg.ResponseBodyInto != nil {
		return nil, p.into(a, p.cfg.ResponseBodyInto)
	}
	res := new(T)
	if decode == nil {
		return res, nil
	}
	if p.operation.MayBeEmpty && a.body == "" {
		return nil, nil
	}
	if path, reason := decoded(a, res, decode); reason != "" {
		return nil, p.unfit(a, path, reason)
	}
	if p.operation.Confirm != nil && !p.cfg.unconfirmed {
		if reason := p.operation.Confirm(p.body, p.params, res); reason != "" {
			return nil, p.unfit(a, "", reason)
		}
	}
	return res, nil
}

// Exec makes a call whose success has no content.
func Exec(ctx context.Context, r Request) error {
	_, err := Do[struct{}](ctx, r, nil)
	return err
}

func decoded[T any](a *answer, v *T, decode func(*T, *jsonwalk.Decoder)) (path, reason string) {
	if strings.TrimSpace(a.body) == "" {
		return "$", "the body is empty"
	}
	err := jsonwalk.Decode(a.body, v, decode)
	var fault *jsonwalk.Error
	if errors.As(err, &fault) {
		reason := fault.Reason
		if kind := a.res.Header.Get("Content-Type"); fault.Path == "$" && kind != "" {
			reason += " (" + kind + ")"
		}
		return fault.Path, reason
	}
	return "", ""
}

func (p *prepared) unfit(a *answer, path, reason string) error {
	c := a.call(!p.operation.Repeatable)
	p.present(a.res, a.body, c.Request)
	return apierror.NewResponseError(c, a.res, a.body, path, reason)
}

// into puts an answer where WithResponseBodyInto says.
func (p *prepared) into(a *answer, target any) error {
	switch target := target.(type) {
	case **http.Response:
		p.present(a.res, a.body, a.call(false).Request)
		*target = a.res
		return nil
	case *[]byte:
		*target = []byte(a.body)
		return nil
	case *string:
		*target = a.body
		return nil
	}
	if err := json.Unmarshal([]byte(a.body), target); err != nil {
		path := ""
		var fault *jsonwalk.Error
		if errors.As(err, &fault) {
			path = fault.Path
		}
		return p.unfit(a, path, err.Error())
	}
	return nil
}
