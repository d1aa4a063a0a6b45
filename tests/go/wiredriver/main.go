// Wiredriver plays wire cases against the Go client: it reads a JSON line for each case, and writes one back.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"go.boltz.bio/boltzapi"
	"go.boltz.bio/boltzapi/internal/requestconfig"
	"go.boltz.bio/boltzapi/option"
)

type call struct {
	Operation string
	Arguments struct {
		boltzapi.AdminAPIKeyNewParams
		AfterID  *string `json:"after_id"`
		BeforeID *string `json:"before_id"`
		Limit    *int64
		APIKeyID string `json:"api_key_id"`
	}
	Options settings
}

type settings struct {
	APIKey            *string `json:"api_key"`
	BaseURL           *string `json:"base_url"`
	Timeout           *float64
	TotalTimeout      *float64          `json:"total_timeout"`
	MaxRetries        *int              `json:"max_retries"`
	MaxResponseBytes  *int              `json:"max_response_bytes"`
	AllowInsecureHTTP bool              `json:"allow_insecure_http"`
	DefaultHeaders    map[string]string `json:"default_headers"`
	ExtraHeaders      map[string]string `json:"extra_headers"`
	DefaultQuery      map[string]any    `json:"default_query"`
	ExtraQuery        map[string]any    `json:"extra_query"`
	ExtraBody         map[string]any    `json:"extra_body"`
}

type line struct {
	Call        call
	Before      []call
	Client      settings
	Environment map[string]string
	Clock       string
}

type reply struct {
	Value  any            `json:"value,omitempty"`
	Items  *[]any         `json:"items,omitempty"`
	Error  map[string]any `json:"error"`
	Sleeps []float64      `json:"sleeps"`
	Shown  []string       `json:"shown"`
}

// clock moves when the client sleeps, and only then.
type clock struct{ sleeps []float64 }

func (c *clock) Now() time.Time {
	now := 1_800_000_000.0
	for _, seconds := range c.sleeps {
		now += seconds
	}
	return time.Unix(0, int64(now*1e9))
}

func (c *clock) Sleep(_ context.Context, d time.Duration) error {
	c.sleeps = append(c.sleeps, d.Seconds())
	return nil
}

func (c *clock) Random() float64 { return 0 }

func main() {
	out := json.NewEncoder(os.Stdout)
	_ = out.Encode(map[string]any{
		"client": "boltzapi (Go)", "version": runtime.Version(),
		"capabilities": []string{
			"clock", "environment", "allow_insecure_http", "default_headers", "default_query", "max_response_bytes",
			"total_timeout", "extra_body", "extra_headers", "extra_query", "any_id", "several_calls", "list_all",
		},
	})
	in := bufio.NewReader(os.Stdin)
	for {
		text, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		_ = out.Encode(play(l))
	}
}

func play(l line) reply {
	os.Clearenv()
	for name, value := range l.Environment {
		_ = os.Setenv(name, value)
	}
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	options := append(l.Client.options(), option.WithLogger(logger))
	fake := &clock{sleeps: []float64{}}
	if l.Clock == "fake" {
		options = append(options, requestconfig.WithClock(fake))
	}
	client := boltzapi.NewClient(options...)
	r := reply{}
	for _, before := range l.Before {
		if _, err := perform(client, before, &reply{}); err != nil {
			r.Shown = append(r.Shown, err.Error())
		}
	}
	value, err := perform(client, l.Call, &r)
	if err != nil {
		report(err, &r)
	} else if value != nil {
		r.Value = value
		show(value, &r, logger)
	}
	show(client, &r, logger)
	r.Shown = append(r.Shown, log.String())
	r.Sleeps = fake.sleeps
	return r
}

// show notes every way in which programs show a value.
func show(value any, r *reply, logger *slog.Logger) {
	held := struct{ value any }{value}
	r.Shown = append(r.Shown, fmt.Sprintf("%v %+v %#v %s %q", value, value, value, value, value),
		fmt.Sprintf("%v %+v %#v", held, held, held))
	logger.Info("value", "value", value)
}

func (s settings) options() []option.RequestOption {
	var options []option.RequestOption
	if s.APIKey != nil {
		options = append(options, option.WithAPIKey(*s.APIKey))
	}
	if s.BaseURL != nil {
		options = append(options, option.WithBaseURL(*s.BaseURL))
	}
	if s.Timeout != nil {
		options = append(options, option.WithRequestTimeout(time.Duration(*s.Timeout*float64(time.Second))))
	}
	if s.TotalTimeout != nil {
		options = append(options, option.WithTotalTimeout(time.Duration(*s.TotalTimeout*float64(time.Second))))
	}
	if s.MaxRetries != nil {
		options = append(options, option.WithMaxRetries(*s.MaxRetries))
	}
	if s.MaxResponseBytes != nil {
		options = append(options, option.WithMaxResponseBytes(*s.MaxResponseBytes))
	}
	if s.AllowInsecureHTTP {
		options = append(options, option.WithAllowInsecureHTTP(true))
	}
	for _, headers := range []map[string]string{s.DefaultHeaders, s.ExtraHeaders} {
		for name, value := range headers {
			options = append(options, option.WithHeader(name, value))
		}
	}
	for _, query := range []map[string]any{s.DefaultQuery, s.ExtraQuery} {
		for name, value := range query {
			values, ok := value.([]any)
			if !ok {
				values = []any{value}
			}
			options = append(options, option.WithQueryDel(name))
			for _, each := range values {
				options = append(options, option.WithQueryAdd(name, fmt.Sprint(each)))
			}
		}
	}
	for name, value := range s.ExtraBody {
		options = append(options, option.WithJSONSet(name, value))
	}
	return options
}

func perform(client boltzapi.Client, c call, r *reply) (any, error) {
	ctx, keys, options := context.Background(), client.Admin.APIKeys, c.Options.options()
	query := boltzapi.AdminAPIKeyListParams{WorkspaceID: c.Arguments.WorkspaceID}
	if c.Arguments.AfterID != nil {
		query.AfterID = boltzapi.String(*c.Arguments.AfterID)
	}
	if c.Arguments.BeforeID != nil {
		query.BeforeID = boltzapi.String(*c.Arguments.BeforeID)
	}
	if c.Arguments.Limit != nil {
		query.Limit = boltzapi.Int(*c.Arguments.Limit)
	}
	switch c.Operation {
	case "create":
		return present(keys.New(ctx, c.Arguments.AdminAPIKeyNewParams, options...))
	case "list":
		return present(keys.List(ctx, query, options...))
	case "revoke":
		return present(keys.Revoke(ctx, c.Arguments.APIKeyID, options...))
	}
	items := []any{}
	r.Items = &items
	for key, err := range keys.ListAutoPaging(ctx, query, options...).All() {
		if err != nil {
			return nil, err
		}
		items = append(items, key)
	}
	return nil, nil
}

// present returns no value where there is an error: a nil pointer in an any is not nil.
func present[T any](value *T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return value, nil
}

var kinds = map[int]string{
	http.StatusBadRequest: "bad_request", http.StatusUnauthorized: "authentication",
	http.StatusForbidden: "permission_denied", http.StatusNotFound: "not_found", http.StatusConflict: "conflict",
	http.StatusUnprocessableEntity: "unprocessable", http.StatusTooManyRequests: "rate_limit",
}

func report(err error, r *reply) {
	r.Error = map[string]any{"kind": "other", "outcome_unknown": boltzapi.OutcomeUnknown(err)}
	var status *boltzapi.Error
	var argument *boltzapi.ArgumentError
	var connection *boltzapi.ConnectionError
	var response *boltzapi.ResponseError
	var pagination *boltzapi.PaginationError
	switch {
	case errors.As(err, &status):
		kind, ok := kinds[status.StatusCode]
		switch {
		case ok:
		case status.StatusCode >= 500:
			kind = "server_error"
		case status.StatusCode >= 300 && status.StatusCode < 400:
			kind = "redirect"
		default:
			kind = "status"
		}
		r.Error["kind"], r.Error["status"], r.Error["body"] = kind, status.StatusCode, status.RawJSON()
		r.Error["code"], r.Error["request_id"] = status.Code, status.RequestID
		r.Error["retry_after"] = status.RetryAfter.Seconds()
		r.Shown = append(r.Shown, string(status.DumpRequest(true)), status.Message)
	case errors.As(err, &argument):
		r.Error["kind"], r.Error["argument"] = "argument", argument.Argument
	case errors.As(err, &response):
		r.Error["kind"], r.Error["status"] = "response_validation", response.StatusCode
		r.Error["path"], r.Error["body"] = response.Path, response.RawJSON()
	case errors.As(err, &connection):
		r.Error["kind"] = "connection"
		if connection.Timeout() {
			r.Error["kind"] = "timeout"
		}
		r.Error["body"] = string(connection.RawBody())
	case errors.As(err, &pagination):
		r.Error["kind"] = "pagination"
	case errors.Is(err, boltzapi.ErrMissingAPIKey):
		r.Error["kind"] = "missing_key"
	}
	for each := err; each != nil; each = errors.Unwrap(each) {
		r.Shown = append(r.Shown, fmt.Sprintf("%v %+v %#v %s %q", each, each, each, each, each))
		held := struct{ err error }{each}
		r.Shown = append(r.Shown, fmt.Sprintf("%v %+v %#v", held, held, held))
	}
	var b strings.Builder
	slog.New(slog.NewJSONHandler(&b, nil)).Error("failed", "err", err, "held", struct{ Err error }{err})
	r.Shown = append(r.Shown, b.String())
}
