package requestconfig

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

var (
	errTooLarge = errors.New("the answer is larger than the limit")
	errEncoding = errors.New("the answer is encoded in a way that cannot be read")
)

// stay keeps net/http from following redirects: it would send the key, and on a 307 the body, to any host.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// defaultTransport is shared by all clients that are not given an HTTP client of their own: a pool each would leak
// connections. It is used without an http.Client, which would have nothing to add.
var defaultTransport = sync.OnceValue(func() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           200,
		MaxIdleConnsPerHost:    100,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		DisableCompression:     true, // it is undone here, within the limit
	}
})

// sender returns what sends the requests, and whether its word can be taken for it that no connection was made.
func sender(client HTTPClient) (send func(*http.Request) (*http.Response, error), trusted bool) {
	switch client := client.(type) {
	case nil:
		return defaultTransport().RoundTrip, true
	case *http.Client:
		if client == nil {
			return defaultTransport().RoundTrip, true
		}
		own := *client
		own.CheckRedirect = stay
		_, plain := own.Transport.(*http.Transport)
		return own.Do, plain || own.Transport == nil
	}
	return client.Do, false
}

// outcome is what came of one try.
type outcome struct {
	// res is the answer, as far as one came; its body is in body.
	res  *http.Response
	body string
	// err is set where the answer is not whole.
	err error
	// unsent is set where it is certain that nothing was sent.
	unsent bool
	// lasting is set where another try would fare no better.
	lasting bool
	timeout bool
	elapsed time.Duration
}

// send makes one try.
func (p *prepared) send(ctx context.Context, target *url.URL, timeout time.Duration) outcome {
	started := time.Now()
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	// The only proof that nothing was sent: a connection was asked for and never had. Others are guesses: a peer that
	// resets after it has read everything looks like one that never read.
	var connection struct{ asked, had atomic.Bool }
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { connection.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connection.had.Store(true) },
	})
	next, trusted := sender(p.cfg.HTTPClient)
	req := p.request(traced, target)
	if p.cfg.HTTPClient != nil || len(p.cfg.Middlewares) > 0 {
		req.Header = req.Header.Clone() // they may change what is theirs: an http.Client adds its cookies
	}
	own := true
	if len(p.cfg.Middlewares) > 0 {
		next = chained(p.cfg.Middlewares, next, &own)
	}
	res, err := next(req)
	if err == nil && res == nil {
		err = errors.New("the HTTP client returned neither an answer nor an error")
	}
	if err != nil {
		if res != nil && res.Body != nil {
			_ = res.Body.Close()
		}
		unsent := trusted && own && connection.asked.Load() && !connection.had.Load()
		return outcome{err: withoutURL(err), unsent: unsent, timeout: isTimeout(err), elapsed: time.Since(started)}
	}
	body, err := read(res, p.cfg.MaxResponseBytes)
	return outcome{
		res: res, body: body, err: err, lasting: errors.Is(err, errTooLarge) || errors.Is(err, errEncoding),
		timeout: isTimeout(err), elapsed: time.Since(started),
	}
}

// chained returns a function that sends through the middlewares. It clears own where the outcome is not that of the one
// request that went through: a middleware may have sent another by other means, and failed on its own.
func chained(middlewares []Middleware, send MiddlewareNext, own *bool) MiddlewareNext {
	var last error
	calls := 0
	next := func(req *http.Request) (*http.Response, error) {
		res, err := send(req)
		calls++
		last = err
		return res, err
	}
	for i := len(middlewares) - 1; i >= 0; i-- {
		middleware, inner := middlewares[i], next
		next = func(req *http.Request) (*http.Response, error) { return middleware(req, inner) }
	}
	return func(req *http.Request) (*http.Response, error) {
		res, err := next(req)
		*own = calls == 1 && err == last //nolint:errorlint // the very error, not one that wraps it
		return res, err
	}
}

func (p *prepared) request(ctx context.Context, target *url.URL) *http.Request {
	req := (&http.Request{
		Method: p.operation.Method, URL: target, Host: target.Host, Header: p.header, Body: http.NoBody,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	// No GetBody: with it, net/http repeats requests by itself, a POST included that carries an Idempotency-Key.
	if len(p.body) > 0 {
		req.Body = io.NopCloser(bytes.NewReader(p.body))
		req.ContentLength = int64(len(p.body))
	}
	return req
}

// withoutURL returns what went wrong, without the URL that net/http puts before it: that may hold secrets.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// read reads the body within the limit, which counts after decompression: a small answer that unfolds to gigabytes
// costs no more than the limit. What was read before an error is returned with it: it may be a created key's only copy.
func read(res *http.Response, limit int) (string, error) {
	defer func() { _ = res.Body.Close() }()
	body, err := readAll(res.Body, res.ContentLength, limit)
	if err != nil || body == "" {
		return body, err
	}
	switch encoding := strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		plain, err := gunzip(body, limit)
		if err != nil && !errors.Is(err, errTooLarge) {
			return body, fmt.Errorf("%w: the gzip data is damaged, breaks off, or is none", errEncoding)
		}
		return plain, err
	default:
		return body, fmt.Errorf("%w: it was not asked for as %.40q", errEncoding, encoding)
	}
}

func gunzip(body string, limit int) (string, error) {
	unzip, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		return "", err
	}
	return readAll(unzip, 0, limit)
}

// readAll reads at most limit bytes. The size is a guess; 0 or less is none.
func readAll(r io.Reader, size int64, limit int) (string, error) {
	if size <= 0 || size > int64(limit) {
		size = 511
	}
	b := make([]byte, 0, size+1) // one more, to see the end without growing
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case len(b) > limit:
			return string(b[:limit]), fmt.Errorf("%w of %d bytes", errTooLarge, limit)
		case err == io.EOF: //nolint:errorlint // readers return io.EOF itself
			return unsafe.String(unsafe.SliceData(b), len(b)), nil // nobody writes to b any more
		case err != nil:
			return string(b), err
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
	}
}
