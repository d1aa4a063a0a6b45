package requestconfig

import (
	"net/http"
	"testing"
	"time"
)

func TestMayRetryStatus(t *testing.T) {
	for _, c := range []struct {
		status         int
		word           string
		once, repeated bool
		may            bool
	}{
		{status: 400}, {status: 401}, {status: 404}, {status: 422},
		{status: 408, repeated: true, may: true}, {status: 409, repeated: true}, {status: 429, once: true, repeated: true},
		{status: 500, repeated: true, may: true}, {status: 520, repeated: true, may: true}, {status: 302, may: true},
		{status: 400, word: "true", once: true, repeated: true}, {status: 503, word: "false", may: true},
		{status: 503, word: "maybe", repeated: true, may: true},
	} {
		if got := mayRetryStatus(c.status, c.word, false); got != c.once {
			t.Errorf("%d %s: want %v, got %v", c.status, c.word, c.once, got)
		}
		if got := mayRetryStatus(c.status, c.word, true); got != c.repeated {
			t.Errorf("%d %s, repeatable: want %v, got %v", c.status, c.word, c.repeated, got)
		}
		if got := mayHaveHappened(c.status); got != c.may {
			t.Errorf("%d may have happened: want %v, got %v", c.status, c.may, got)
		}
	}
}

func TestDelay(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	at := func(seconds int) string { return now.Add(time.Duration(seconds) * time.Second).Format(http.TimeFormat) }
	for _, c := range []struct {
		header  map[string]string
		retries int
		random  float64
		want    time.Duration
	}{
		{nil, 0, 0, time.Second / 2},
		{nil, 0, 1, 375 * time.Millisecond},
		{nil, 3, 0, 4 * time.Second},
		{nil, 4, 0, 8 * time.Second},
		{nil, 1 << 40, 0, 8 * time.Second},
		{map[string]string{"Retry-After": "1.5"}, 0, 1, 1500 * time.Millisecond},
		{map[string]string{"Retry-After-Ms": "20", "Retry-After": "7"}, 0, 0, 20 * time.Millisecond},
		{map[string]string{"Retry-After": at(30)}, 0, 0, 30 * time.Second},
		{map[string]string{"Retry-After": at(30), "Date": at(-20)}, 0, 0, 50 * time.Second},
		{map[string]string{"Retry-After": at(30), "Date": "nonsense"}, 0, 0, 30 * time.Second},
		{map[string]string{"Retry-After": "60"}, 0, 0, time.Minute},
		{map[string]string{"Retry-After": "61"}, 0, 0, time.Second / 2},
		{map[string]string{"Retry-After": "1e300"}, 0, 0, time.Second / 2},
		{map[string]string{"Retry-After": "-1"}, 0, 0, time.Second / 2},
		{map[string]string{"Retry-After": "NaN"}, 0, 0, time.Second / 2},
		{map[string]string{"Retry-After": ""}, 0, 0, time.Second / 2},
	} {
		header := http.Header{}
		for name, value := range c.header {
			header.Set(name, value)
		}
		if got := delayBeforeRetry(header, c.retries, c.random, now); got != c.want {
			t.Errorf("%v, %d: want %v, got %v", c.header, c.retries, c.want, got)
		}
	}
	if got := delayBeforeRetry(nil, 0, 0, now); got != time.Second/2 {
		t.Errorf("got %v", got)
	}
}
