// Package option holds the options of a client and of its calls. An option of a call wins over the call's arguments,
// and those over the options of the client.
package option

import (
	"encoding/json"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"go.boltz.bio/boltzapi/internal/apierror"
	"go.boltz.bio/boltzapi/internal/redact"
	"go.boltz.bio/boltzapi/internal/requestconfig"
)

// RequestOption is an option of a client or a call.
type RequestOption = requestconfig.Option

// HTTPClient sends requests. *http.Client is one.
type HTTPClient = requestconfig.HTTPClient

// Middleware stands between a call and the HTTP client: it sees every try. The requests hold the key.
type Middleware = requestconfig.Middleware

// MiddlewareNext goes on with a request.
type MiddlewareNext = requestconfig.MiddlewareNext

func option(apply func(*requestconfig.Config) error) RequestOption {
	return requestconfig.OptionFunc(apply)
}

// WithAPIKey sets the API key. Spaces and line breaks around it, which files and shells leave there, are not sent. An
// empty one means that there is none.
func WithAPIKey(value string) RequestOption {
	value = strings.TrimSpace(value)
	err := requestconfig.CheckHeader("api_key", "x-api-key", value)
	key := redact.Secret{}
	if value != "" {
		key = redact.NewSecret(value)
	}
	return option(func(c *requestconfig.Config) error {
		c.APIKey = key
		return err
	})
}

// WithBaseURL sets the URL of the service.
func WithBaseURL(base string) RequestOption {
	u, err := requestconfig.ParseBaseURL(base)
	return option(func(c *requestconfig.Config) error {
		c.BaseURL = u
		return err
	})
}

// WithEnvironmentProduction sets the URL of the service to the one that the contract names.
func WithEnvironmentProduction() RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.BaseURL = nil
		return nil
	})
}

// WithAllowInsecureHTTP lets plain http go to other machines than this one. The key is sent unencrypted then.
func WithAllowInsecureHTTP(allow bool) RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.AllowInsecureHTTP = allow
		return nil
	})
}

// WithHTTPClient sets what sends the requests. An *http.Client is used as it is, but follows no redirects by itself:
// they would take the key to other hosts. What another client follows is its own affair.
func WithHTTPClient(client HTTPClient) RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.HTTPClient = client
		return nil
	})
}

// WithMiddleware adds middlewares. The first is the outermost.
func WithMiddleware(middlewares ...Middleware) RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.Middlewares = append(c.Middlewares[:len(c.Middlewares):len(c.Middlewares)], middlewares...)
		return nil
	})
}

// WithMaxRetries sets how often a call may be tried again: 2 if this option is not given. A call that could take
// effect twice is repeated only where it certainly has not taken effect.
func WithMaxRetries(retries int) RequestOption {
	return option(func(c *requestconfig.Config) error {
		if retries < 0 {
			return &apierror.ArgumentError{Argument: "max_retries", Rule: "expected an integer of at least 0"}
		}
		c.MaxRetries = retries
		return nil
	})
}

// WithRequestTimeout sets how long one try may take: 60 seconds if this option is not given, without end if it is 0.
func WithRequestTimeout(timeout time.Duration) RequestOption {
	return option(func(c *requestconfig.Config) error {
		if timeout < 0 {
			return &apierror.ArgumentError{Argument: "timeout", Rule: "expected a duration that is not negative", Value: timeout.String()}
		}
		c.RequestTimeout = timeout
		return nil
	})
}

// WithTotalTimeout sets how long a call may take, with all of its tries and the waiting between them: 10 minutes if
// this option is not given, without end if it is 0. The context of the call may set less.
func WithTotalTimeout(timeout time.Duration) RequestOption {
	return option(func(c *requestconfig.Config) error {
		if timeout < 0 {
			return &apierror.ArgumentError{Argument: "total_timeout", Rule: "expected a duration that is not negative", Value: timeout.String()}
		}
		c.TotalTimeout = timeout
		return nil
	})
}

// WithMaxResponseBytes sets how large an answer may be, after decompression: 16 MiB if this option is not given.
func WithMaxResponseBytes(limit int) RequestOption {
	return option(func(c *requestconfig.Config) error {
		if limit < 1 {
			return &apierror.ArgumentError{Argument: "max_response_bytes", Rule: "expected an integer of at least 1"}
		}
		c.MaxResponseBytes = limit
		return nil
	})
}

// WithHeader sets a header in place of any of that name.
func WithHeader(key, value string) RequestOption {
	return option(func(c *requestconfig.Config) error { return c.SetHeader("header", key, value) })
}

// WithHeaderAdd adds a header to those of that name.
func WithHeaderAdd(key, value string) RequestOption {
	return option(func(c *requestconfig.Config) error { return c.AddHeader("header", key, value) })
}

// WithHeaderDel leaves a header out, those included that the client would send.
func WithHeaderDel(key string) RequestOption {
	return option(func(c *requestconfig.Config) error { return c.DelHeader("header", key) })
}

// WithQuery sets a parameter of the URL in place of any of that name.
func WithQuery(key, value string) RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.Query().Set(key, value)
		return nil
	})
}

// WithQueryAdd adds a parameter of the URL to those of that name.
func WithQueryAdd(key, value string) RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.Query().Add(key, value)
		return nil
	})
}

// WithQueryDel leaves a parameter of the URL out.
func WithQueryDel(key string) RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.Query().Del(key)
		return nil
	})
}

// WithJSONSet sets a member of the body. Dots in key go down into objects. It is not checked against the contract.
func WithJSONSet(key string, value any) RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.SetJSON(key, value)
		return nil
	})
}

// WithJSONDel takes a member out of the body.
func WithJSONDel(key string) RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.DelJSON(key)
		return nil
	})
}

// WithRequestBody sends body as it is: an io.Reader, bytes or a string; anything else as JSON. It is not checked
// against the contract.
func WithRequestBody(contentType string, body any) RequestOption {
	var content []byte
	var err error
	switch body := body.(type) {
	case io.Reader:
		content, err = io.ReadAll(body)
	case []byte:
		content = body
	case string:
		content = []byte(body)
	default:
		content, err = json.Marshal(body)
	}
	return option(func(c *requestconfig.Config) error {
		c.Body, c.ContentType = content, contentType
		return err
	})
}

// WithResponseInto keeps the answer in dst. Its body has been read and can be read again.
func WithResponseInto(dst **http.Response) RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.ResponseInto = dst
		return nil
	})
}

// WithResponseBodyInto decodes the answer into dst instead of what the call returns: a pointer to a struct, to bytes,
// to a string, or to an *http.Response.
func WithResponseBodyInto(dst any) RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.ResponseBodyInto = dst
		return nil
	})
}

// WithLogger sets where the client says what it does, at the levels info and debug. It shows no secrets. The
// environment variable BOLTZ_LOG does the same for standard error.
func WithLogger(logger *slog.Logger) RequestOption {
	return option(func(c *requestconfig.Config) error {
		c.Logger = logger
		return nil
	})
}

// WithDebugLog logs everything to logger, or to standard error if it is nil. It shows no secrets.
func WithDebugLog(logger *log.Logger) RequestOption {
	var w io.Writer = os.Stderr
	if logger != nil {
		w = logger.Writer()
	}
	return WithLogger(slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

// FromEnvironment returns the options that the environment sets: BOLTZ_API_KEY, BOLTZ_BASE_URL, BOLTZ_CUSTOM_HEADERS
// (lines of "Name: value"), BOLTZ_ALLOW_INSECURE_HTTP and BOLTZ_LOG.
func FromEnvironment() []RequestOption {
	var options []RequestOption
	if base := os.Getenv("BOLTZ_BASE_URL"); base != "" {
		options = append(options, WithBaseURL(base))
	}
	if key := os.Getenv("BOLTZ_API_KEY"); key != "" {
		options = append(options, WithAPIKey(key))
	}
	switch strings.ToLower(os.Getenv("BOLTZ_ALLOW_INSECURE_HTTP")) {
	case "1", "true", "yes":
		options = append(options, WithAllowInsecureHTTP(true))
	}
	for _, line := range strings.Split(os.Getenv("BOLTZ_CUSTOM_HEADERS"), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			name, value = strings.TrimSpace(name), strings.TrimSpace(value)
			options = append(options, option(func(c *requestconfig.Config) error {
				return c.SetHeader("BOLTZ_CUSTOM_HEADERS", name, value)
			}))
		}
	}
	if logger := requestconfig.EnvironmentLogger(); logger != nil {
		options = append(options, WithLogger(logger))
	}
	return options
}
