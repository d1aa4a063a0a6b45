package requestconfig

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"go.boltz.bio/boltzapi/internal/redact"
)

// EnvironmentLogger returns what BOLTZ_LOG asks for: a logger of that level to standard error, or nil.
func EnvironmentLogger() *slog.Logger {
	var level slog.Level
	switch strings.ToLower(os.Getenv("BOLTZ_LOG")) {
	case "debug":
		level = slog.LevelDebug
	case "info":
		level = slog.LevelInfo
	default:
		return nil
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

func (p *prepared) logs(ctx context.Context, level slog.Level) bool {
	return p.cfg.Logger != nil && p.cfg.Logger.Enabled(ctx, level)
}

func (p *prepared) logSending(ctx context.Context, target *url.URL, retries int) {
	if !p.logs(ctx, slog.LevelDebug) {
		return
	}
	known := p.secrets()
	p.cfg.Logger.LogAttrs(ctx, slog.LevelDebug, "sending request",
		slog.String("method", p.operation.Method), slog.String("url", redact.URL(target, known)),
		slog.Int("retries", retries), headerGroup(p.header, known), shownBody(string(p.body), false, known))
}

func (p *prepared) logOutcome(ctx context.Context, target *url.URL, got outcome) {
	if !p.logs(ctx, slog.LevelInfo) {
		return
	}
	known := p.secrets()
	attrs := []slog.Attr{
		slog.String("method", p.operation.Method), slog.String("url", redact.URL(target, known)),
		slog.Duration("elapsed", got.elapsed),
	}
	if got.err != nil {
		attrs = append(attrs, slog.String("error", redact.Printable(redact.Text(got.err.Error(), known))))
	}
	if got.res == nil {
		p.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "request failed", attrs...)
		return
	}
	attrs = append(attrs, slog.Int("status", got.res.StatusCode))
	if p.logs(ctx, slog.LevelDebug) {
		// A failure may quote what a success would have held.
		secret := p.operation.Secret && mayHaveHappened(got.res.StatusCode)
		attrs = append(attrs, headerGroup(got.res.Header, known), shownBody(got.body, secret, known))
	}
	p.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "got response", attrs...)
}

func (p *prepared) logRetry(ctx context.Context, target *url.URL, delay time.Duration, got outcome) {
	if !p.logs(ctx, slog.LevelInfo) {
		return
	}
	known := p.secrets()
	p.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "retrying request",
		slog.String("method", p.operation.Method), slog.String("url", redact.URL(target, known)),
		slog.Duration("delay", delay), slog.String("reason", redact.Printable(redact.Text(got.reason().Error(), known))))
}

func headerGroup(header http.Header, known []redact.Secret) slog.Attr {
	var attrs []any
	for name, values := range header {
		attrs = append(attrs, slog.String(name, redact.Header(name, strings.Join(values, ", "), known)))
	}
	return slog.Group("header", attrs...)
}

// shownBody is a body as a log shows it. Where it may hold a secret, that is its size.
func shownBody(body string, secret bool, known []redact.Secret) slog.Attr {
	if secret {
		return slog.String("body", "("+strconv.Itoa(len(body))+" bytes, not shown)")
	}
	return slog.String("body", redact.Printable(redact.Text(body, known)))
}
