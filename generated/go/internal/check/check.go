// Package check holds what the caller passed against the contract, before anything is sent.
package check

import (
	"cmp"
	"encoding/json"
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.boltz.bio/boltzapi/internal/apierror"
	"go.boltz.bio/boltzapi/internal/redact"
)

// Checker keeps the first fault that it is told of.
type Checker struct {
	err *apierror.ArgumentError
	// within is the argument whose parts are looked at, such as "lines[2]".
	within string
}

// Err returns the first fault, or nil.
func (c *Checker) Err() error {
	if c.err == nil {
		return nil
	}
	return c.err
}

// Fail reports a fault. Value is what was given, as it is shown.
func (c *Checker) Fail(argument, rule, value string) {
	if c.err == nil {
		c.err = &apierror.ArgumentError{Argument: c.name(argument), Rule: rule, Value: value}
	}
}

func (c *Checker) name(argument string) string {
	if c.within == "" || argument == "" {
		return c.within + argument
	}
	if argument[0] == '[' {
		return c.within + argument
	}
	return c.within + "." + argument
}

// Under has check look at the parts of an argument.
func (c *Checker) Under(argument string, check func(*Checker)) {
	outer := c.within
	c.within = c.name(argument)
	check(c)
	c.within = outer
}

// At names an item of an array.
func At(argument string, index int) string { return argument + "[" + strconv.Itoa(index) + "]" }

// AtName names a member of a map.
func AtName(argument, name string) string { return argument + "[" + redact.Quote(name) + "]" }

// Unlimited is the highest bound: there is none.
const Unlimited = math.MaxInt

// Text checks the length of a string, and that it can be sent at all.
func Text[T ~string](c *Checker, argument string, value T, least, most int) {
	text := string(value)
	if !utf8.ValidString(text) {
		c.Fail(argument, "expected UTF-8", "")
		return
	}
	if n := utf8.RuneCountInString(text); n < least || n > most {
		c.Fail(argument, "expected a string"+bounds(least, most, "character"), redact.Quote(text))
	}
}

// Secret checks a string as Text does, and shows nothing of it.
func Secret[T ~string](c *Checker, argument string, value T, least, most int) {
	before := c.err
	Text(c, argument, value, least, most)
	if c.err != before {
		c.err.Value = redact.Mask
	}
}

// Pattern checks that a string matches.
func Pattern[T ~string](c *Checker, argument string, value T, pattern *regexp.Regexp) {
	if !pattern.MatchString(string(value)) {
		c.Fail(argument, "expected a string that matches "+strconv.Quote(pattern.String()), redact.Quote(string(value)))
	}
}

// IP checks that a string is an address of one of these versions, without a zone: a zone names an interface of one
// machine, which no other could check.
func IP(c *Checker, argument string, value string, v4, v6 bool) {
	address, err := netip.ParseAddr(value)
	if err == nil && address.Zone() == "" && (address.Is4() && v4 || address.Is6() && v6) {
		return
	}
	what := "an IPv4 or IPv6 address"
	switch {
	case !v6:
		what = "an IPv4 address"
	case !v4:
		what = "an IPv6 address"
	}
	c.Fail(argument, "expected "+what, redact.Quote(value))
}

// OneOf checks that a value is one of a few.
func OneOf[T cmp.Ordered](c *Checker, argument string, value T, known ...T) {
	var names []string
	for _, each := range known {
		if each == value {
			return
		}
		names = append(names, show(each))
	}
	last := len(names) - 1
	words := names[last]
	if last > 0 {
		words = strings.Join(names[:last], ", ") + " or " + words
	}
	c.Fail(argument, "expected "+words, show(value))
}

// Only checks that a string is the one that the contract allows. An empty one stands for it.
func Only(c *Checker, argument, value, only string) {
	if value != "" {
		OneOf(c, argument, value, only)
	}
}

func show(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	if text[0] != '"' {
		return string(text)
	}
	var plain string
	_ = json.Unmarshal(text, &plain) // it was made of a string
	return redact.Quote(plain)
}

// Limit is a bound of a number.
type Limit struct {
	// Words is the bound, such as "at least 1".
	Words string
	value float64
	fits  func(value, limit float64) bool
}

// AtLeast is the bound of numbers that are not below limit.
func AtLeast(limit float64) Limit {
	return Limit{"at least " + number(limit), limit, func(value, limit float64) bool { return value >= limit }}
}

// AtMost is the bound of numbers that are not above limit.
func AtMost(limit float64) Limit {
	return Limit{"at most " + number(limit), limit, func(value, limit float64) bool { return value <= limit }}
}

// MoreThan is the bound of numbers above limit.
func MoreThan(limit float64) Limit {
	return Limit{"more than " + number(limit), limit, func(value, limit float64) bool { return value > limit }}
}

// LessThan is the bound of numbers below limit.
func LessThan(limit float64) Limit {
	return Limit{"less than " + number(limit), limit, func(value, limit float64) bool { return value < limit }}
}

// MultipleOf is the rule for numbers that a step divides.
func MultipleOf(step float64) Limit {
	return Limit{"a multiple of " + number(step), step, func(value, step float64) bool {
		quotient := value / step
		return math.Abs(quotient-math.Round(quotient)) < 1e-9
	}}
}

// Number checks that a number keeps its limits.
func Number[T ~int64 | ~float64](c *Checker, argument string, value T, limits ...Limit) {
	for _, limit := range limits {
		if math.IsNaN(float64(value)) || !limit.fits(float64(value), limit.value) {
			var words []string
			for _, each := range limits {
				words = append(words, each.Words)
			}
			kind := "an integer"
			if _, ok := any(value).(float64); ok {
				kind = "a number"
			}
			c.Fail(argument, "expected "+kind+" of "+strings.Join(words, " and "), number(float64(value)))
			return
		}
	}
	if math.IsNaN(float64(value)) || math.IsInf(float64(value), 0) {
		c.Fail(argument, "expected a number that JSON has", number(float64(value)))
	}
}

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// Count checks how many items an array or a map has.
func Count(c *Checker, argument string, n, least, most int) {
	if n < least || n > most {
		c.Fail(argument, "expected an array"+bounds(least, most, "item"), strconv.Itoa(n))
	}
}

// Unique checks that no two items are alike.
func Unique[T any](c *Checker, argument string, items []T) {
	seen := map[string]bool{}
	for _, item := range items {
		text, _ := json.Marshal(item) // what has no JSON is told when it is sent
		if seen[string(text)] {
			c.Fail(argument, "expected an array of which no two items are alike", "")
			return
		}
		seen[string(text)] = true
	}
}

// bounds returns the bounds of a length in words.
func bounds(least, most int, unit string) string {
	switch {
	case least > 0 && most != Unlimited:
		return " of " + strconv.Itoa(least) + " to " + counted(most, unit)
	case least > 0:
		return " of at least " + counted(least, unit)
	default:
		return " of at most " + counted(most, unit)
	}
}

func counted(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}

// Segment checks a part of a path: not empty, nothing that climbs out of it, and no key, which logs would show.
func Segment(c *Checker, argument, value string) {
	if value == "" || value == "." || value == ".." {
		c.Fail(argument, "expected a part of a path, and neither \".\" nor \"..\"", redact.Quote(value))
	}
	URLText(c, argument, value)
}

// URLText checks what is to stand in a URL.
func URLText(c *Checker, argument, value string) {
	if !utf8.ValidString(value) {
		c.Fail(argument, "expected UTF-8", "")
	}
	if redact.HoldsKey(value) {
		c.Fail(argument, "got an API key, which must not stand in a URL, for logs show it; keys are named by their IDs", "")
	}
}
