package requestconfig

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"go.boltz.bio/boltzapi/internal/apierror"
)

// Execute calls an endpoint that the contract need not have.
func Execute(ctx context.Context, contract *Contract, method, path string, params, res any, client, options []Option) error {
	operation := &Operation{Contract: contract, Method: strings.ToUpper(method), Secret: true}
	switch operation.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		operation.Repeatable = true
	}
	r := Request{Operation: operation, Path: path, Client: client, Options: options}
	if params != nil {
		body, err := json.Marshal(params)
		if err != nil {
			return &apierror.ArgumentError{Argument: "params", Rule: "cannot be encoded as JSON"}
		}
		r.Body = json.RawMessage(body)
	}
	if res != nil && operation.Method != http.MethodHead {
		r.Options = append([]Option{OptionFunc(func(c *Config) error {
			c.ResponseBodyInto = res
			return nil
		})}, r.Options...)
	}
	return Exec(ctx, r)
}

// Raw makes a call whose answer is text or bytes.
func Raw[T string | []byte](ctx context.Context, r Request) (T, error) {
	p, err := prepare(r)
	if err != nil {
		var zero T
		return zero, err
	}
	a, err := p.exchange(ctx)
	if err != nil {
		var zero T
		return zero, err
	}
	if p.cfg.ResponseInto != nil {
		p.present(a.res, a.body, a.call(false).Request)
	}
	return T(a.body), nil
}

// Text returns a parameter as it stands in a URL or a header.
func Text(value any, format string) string {
	switch value := value.(type) {
	case string:
		return value
	case time.Time:
		if format == "date" {
			return value.Format(time.DateOnly)
		}
		return value.Format(time.RFC3339Nano)
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice:
		text, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return string(text)
	default:
		return fmt.Sprint(value)
	}
}

// Texts returns the items of a parameter with commas between.
func Texts[T any](values []T) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = Text(value, "")
	}
	return strings.Join(texts, ",")
}
