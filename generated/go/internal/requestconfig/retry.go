package requestconfig

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	initialDelay = 500 * time.Millisecond
	maxDelay     = 8 * time.Second
	// maxDemandedDelay is what a server may ask for. Beyond it, the client's own back-off holds: no server can put a
	// client to sleep.
	maxDemandedDelay = 60 * time.Second
	maxRedirects     = 5
)

// mayHaveHappened reports whether a request that got this status may have taken effect all the same. 4xx refuse it;
// but 408 may come from something in between that lost patience with a server at work. A redirect may follow the
// deed, and a 5xx may hide it.
func mayHaveHappened(status int) bool {
	return status == http.StatusRequestTimeout || status < 400 || status > 499
}

// mayRetryStatus reports whether another try is allowed after this status. The server's own word counts most. Then,
// whatever the request: 429 says that nothing was done. Then, only for what does no harm twice: 408 (too slow), 409
// (a conflict that passes), and the server's own failures.
func mayRetryStatus(status int, shouldRetry string, repeatable bool) bool {
	switch shouldRetry {
	case "true":
		return true
	case "false":
		return false
	}
	if status == http.StatusTooManyRequests {
		return true
	}
	return repeatable && (status == http.StatusRequestTimeout || status == http.StatusConflict || status >= 500)
}

// delayBeforeRetry returns what the server demands, within reason; else the client's own back-off: half a second,
// doubled with each retry up to eight, less up to a quarter, so that clients which failed together do not come back
// together. The header may be nil.
func delayBeforeRetry(header http.Header, retries int, random float64, now time.Time) time.Duration {
	if demanded := demandedDelay(header, now); demanded > 0 && demanded <= maxDemandedDelay {
		return demanded
	}
	delay := maxDelay
	if retries < 4 {
		delay = min(initialDelay<<retries, maxDelay)
	}
	return time.Duration(float64(delay) * (1 - 0.25*random))
}

// demandedDelay returns how long the server says to wait, by retry-after-ms, or by Retry-After in seconds or as a
// date; 0 where it does not say. A date is counted from the answer's own Date if there is one, so that a wrong clock
// on either side does no harm.
func demandedDelay(header http.Header, now time.Time) time.Duration {
	if delay, ok := amount(header.Get("retry-after-ms"), time.Millisecond); ok {
		return delay
	}
	value := header.Get("Retry-After")
	if delay, ok := amount(value, time.Second); ok {
		return delay
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	return until.Sub(now)
}

func amount(text string, unit time.Duration) (time.Duration, bool) {
	number, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
		return 0, false
	}
	// More than the limit is refused anyway; a Duration could not hold all of it.
	limit := float64(2*maxDemandedDelay) / float64(unit)
	return time.Duration(max(-limit, min(number, limit)) * float64(unit)), true
}

var (
	followed   = []int{301, 302, 303, 307, 308}
	methodKept = []int{307, 308}
)

// followedTo returns the URL to go on with, or nil where the redirect must not be followed: never to another origin,
// for the key would go along; never with a request that must not happen twice, for that the server did nothing before
// it redirected is only its word; anything but a GET keeps its method, or is not followed.
func followedTo(status int, header http.Header, method string, asked *url.URL, repeatable bool) *url.URL {
	location := header.Get("Location")
	if !repeatable || location == "" || !slices.Contains(followed, status) {
		return nil
	}
	if method != http.MethodGet && !slices.Contains(methodKept, status) {
		return nil
	}
	target, err := asked.Parse(location)
	if err != nil || !sameOrigin(target, asked) {
		return nil
	}
	target.Fragment, target.RawFragment, target.User = "", "", nil
	return target
}

// sameOrigin reports whether two URLs share scheme, host and port: what they must for one to get the other's key.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}
