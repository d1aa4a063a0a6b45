package boltzapi

import (
	"errors"

	"go.boltz.bio/boltzapi/internal/apierror"
)

// Error is returned where the service answered with a status other than 2xx.
type Error = apierror.Error

// ArgumentError says which argument breaks the contract or a rule of this client. Nothing was sent.
type ArgumentError = apierror.ArgumentError

// ConnectionError is returned where no whole answer came. Its Timeout method reports whether time ran out.
type ConnectionError = apierror.ConnectionError

// ResponseError is returned where an answer came that does not fit the contract.
type ResponseError = apierror.ResponseError

// PaginationError is returned where the server's cursors do not lead through the list.
type PaginationError = apierror.PaginationError

// Call says which call failed. Error, ConnectionError and ResponseError embed it.
type Call = apierror.Call

// ErrMissingAPIKey is returned where there is no API key. Nothing was sent.
var ErrMissingAPIKey = apierror.ErrMissingAPIKey

// FailedCall returns the call that err is about, or nil if it is about none that was made.
func FailedCall(err error) *Call {
	var failed interface {
		error
		FailedCall() *apierror.Call
	}
	if errors.As(err, &failed) {
		return failed.FailedCall()
	}
	return nil
}

// OutcomeUnknown reports whether the call that err is about may have taken effect, although no usable answer came. Such
// a call was not repeated, for that could do it twice.
func OutcomeUnknown(err error) bool {
	call := FailedCall(err)
	return call != nil && call.OutcomeUnknown
}
