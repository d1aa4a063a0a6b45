// Package boltzapi is a client for the Boltz API. It needs nothing but the standard library.
//
//	client := boltzapi.NewClient(option.WithAPIKey("…")) // or the environment variable BOLTZ_API_KEY
//
// A call that could take effect twice, such as a create, is repeated only where it certainly has not taken effect. Where
// that is unknown, OutcomeUnknown reports it. The key goes to the configured origin only. Secrets are masked by fmt,
// log/slog and errors; json.Marshal of a response shows them, and so does fmt where a program holds a response by value in
// an unexported field.
//
// Errors are found by errors.As: Error for a status other than 2xx, ResponseError for an answer that does not fit the
// contract, ConnectionError where no whole answer came, ArgumentError where nothing was sent.
package boltzapi
