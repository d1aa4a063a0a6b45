// Package jsonwalk decodes JSON into generated models: it notes which members were there and what their text was,
// keeps members that the contract does not know, and says where in the document a fault is.
//
// It takes the same documents as encoding/json, which fuzzing holds it against, and reads them once: checking the syntax
// first would take as long again.
package jsonwalk

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"
)

// Error says where and why a document does not fit the contract.
type Error struct {
	// Path is the place, such as "$.data[3].created_at".
	Path string
	// Reason is what is wrong there, without a value from the document.
	Reason string
}

func (e *Error) Error() string { return e.Reason + " at " + e.Path }

// Decoder walks one document. Its first error stops it: every call after that does nothing.
type Decoder struct {
	doc  string
	pos  int
	fail string
	// path holds the steps from the innermost outwards. They are collected on the way back, so a document without a
	// fault costs nothing.
	path []string
	// first is set before the first member of an object, or the first item of an array.
	first bool
	depth int
}

// maxDepth is how deep values may be nested, as in encoding/json: what decodes them calls itself.
const maxDepth = 10000

// Decode decodes the whole of doc with decode.
func Decode[T any](doc string, v *T, decode func(*T, *Decoder)) error {
	if len(doc) > math.MaxUint32 {
		return &Error{"$", "the document is too large"}
	}
	if !utf8.ValidString(doc) {
		return &Error{"$", "the document is not UTF-8"}
	}
	d := &Decoder{doc: doc}
	d.space()
	decode(v, d)
	if d.space(); d.pos != len(doc) {
		d.malformed()
	}
	if d.fail == "" {
		return nil
	}
	// Of what is no JSON, nothing in it is at fault.
	if err := json.Unmarshal([]byte(doc), new(json.RawMessage)); err != nil {
		reason := "malformed JSON"
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			reason += " after " + strconv.FormatInt(syntax.Offset, 10) + " bytes"
		}
		return &Error{"$", reason}
	}
	var path strings.Builder
	path.WriteByte('$')
	for i := len(d.path) - 1; i >= 0; i-- {
		path.WriteString(d.path[i])
	}
	return &Error{path.String(), d.fail}
}

// Failed reports whether there was an error.
func (d *Decoder) Failed() bool { return d.fail != "" }

// In adds to the path of an error that it happened in the member called name.
func (d *Decoder) In(name string) { d.path = append(d.path, "."+name) }

// Fail reports an error at the current place.
func (d *Decoder) Fail(reason string) {
	if d.fail == "" {
		d.fail = reason
	}
}

// FailWith reports what went wrong with a part of the document that was decoded on its own.
func (d *Decoder) FailWith(err error) {
	var fault *Error
	if !errors.As(err, &fault) {
		d.Fail(err.Error())
		return
	}
	if d.fail == "" {
		d.path = append(d.path, strings.TrimPrefix(fault.Path, "$"))
	}
	d.Fail(fault.Reason)
}

// Missing reports that the object lacks the member called name, which is required.
func (d *Decoder) Missing(name string) {
	d.Fail("the required member " + strconv.Quote(name) + " is missing")
}

func (d *Decoder) expected(what string) { d.Fail("expected " + what + ", got " + d.kind()) }

func (d *Decoder) kind() string {
	switch d.peek() {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	case 0:
		return "nothing"
	}
	return "a number"
}

func (d *Decoder) malformed() { d.Fail("malformed JSON") }

func (d *Decoder) peek() byte {
	if d.pos < len(d.doc) {
		return d.doc[d.pos]
	}
	return 0
}

func (d *Decoder) space() {
	for d.pos < len(d.doc) && d.doc[d.pos] <= ' ' {
		switch d.doc[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

// literal goes past true, false or null.
func (d *Decoder) literal(text string) {
	if !strings.HasPrefix(d.doc[d.pos:], text) {
		d.malformed()
		return
	}
	d.pos += len(text)
}

// begin goes into an object or an array.
func (d *Decoder) begin() {
	d.pos++
	d.first = true
	if d.depth++; d.depth > maxDepth {
		d.malformed()
	}
}

// Object begins an object; Next then gives its members.
func (d *Decoder) Object() {
	if d.peek() != '{' {
		d.expected("an object")
		return
	}
	d.begin()
}

// Start returns where the value to come begins, for Document.
func (d *Decoder) Start() int { return d.pos }

// Document returns the text from start to here.
func (d *Decoder) Document(start int) Document { return Document{d.field(start)} }

func (d *Decoder) field(start int) Field {
	return Field{unsafe.StringData(d.doc[start:]), uint32(d.pos - start), valid}
}

// next goes to the next member or item, and reports whether there is one before end.
func (d *Decoder) next(end byte) bool {
	if d.fail != "" {
		return false
	}
	d.space()
	c := d.peek()
	if c == end {
		d.pos++
		d.depth--
		d.first = false
		return false
	}
	if !d.first {
		if c != ',' {
			d.malformed()
			return false
		}
		d.pos++
		d.space()
	}
	d.first = false
	return true
}

// Next goes to the value of the next member, and reports whether there is one.
func (d *Decoder) Next() (name string, ok bool) {
	if !d.next('}') {
		return "", false
	}
	if d.peek() != '"' {
		d.malformed()
		return "", false
	}
	name = d.text()
	d.space()
	if d.peek() != ':' {
		d.malformed()
		return "", false
	}
	d.pos++
	d.space()
	return name, true
}

// text reads a string.
func (d *Decoder) text() string {
	rest := d.doc[d.pos+1:]
	size := 0
	for size < len(rest) && !special[rest[size]] {
		size++
	}
	switch {
	case size == len(rest), rest[size] < ' ':
		d.malformed()
		return ""
	case rest[size] == '\\':
		return d.escaped(d.pos)
	}
	d.pos += size + 2
	return rest[:size]
}

// special tells which bytes of a string do not stand for themselves.
var special = func() (table [256]bool) {
	for c := range ' ' {
		table[c] = true
	}
	table['"'], table['\\'] = true, true
	return table
}()

func (d *Decoder) escaped(start int) string {
	d.pos = start
	d.skipString()
	var text string
	if err := json.Unmarshal([]byte(d.doc[start:d.pos]), &text); err != nil {
		d.malformed()
	}
	return text
}

func (d *Decoder) skipString() {
	for i := d.pos + 1; i < len(d.doc); i++ {
		switch d.doc[i] {
		case '"':
			d.pos = i + 1
			return
		case '\\':
			i++
		}
	}
	d.pos = len(d.doc)
}

// Skip goes past the value, whatever it is.
func (d *Decoder) Skip() Field {
	start := d.pos
	depth := 0
	for d.pos < len(d.doc) {
		switch d.doc[d.pos] {
		case '{', '[':
			depth++
			d.pos++
		case '}', ']':
			depth--
			d.pos++
		case '"':
			d.skipString()
		case ' ', '\t', '\n', '\r', ',', ':':
			d.pos++
			continue
		default:
			d.scalar()
		}
		if depth == 0 {
			break
		}
	}
	field := d.field(start)
	if text := field.Raw(); text == Null {
		field.status = null
	} else if !json.Valid([]byte(text)) {
		d.malformed()
	}
	return field
}

// scalar goes past a number or a literal.
func (d *Decoder) scalar() {
	for d.pos < len(d.doc) {
		switch d.doc[d.pos] {
		case ',', '}', ']', ' ', '\t', '\n', '\r', ':':
			return
		}
		d.pos++
	}
}

// Extra keeps a member that the contract does not know.
func (d *Decoder) Extra(fields *map[string]Field, name string) {
	if *fields == nil {
		*fields = map[string]Field{}
	}
	(*fields)[name] = d.Skip()
}

// Nullable decodes a value that may be null, which leaves v as it is.
func Nullable[T any](d *Decoder, v *T, decode func(*T, *Decoder)) Field {
	if d.peek() == 'n' {
		return d.Skip()
	}
	return Value(d, v, decode)
}

// Value decodes a value.
func Value[T any](d *Decoder, v *T, decode func(*T, *Decoder)) Field {
	start := d.pos
	decode(v, d)
	return d.field(start)
}

// String decodes a string, or a type made of one.
func String[T ~string](v *T, d *Decoder) {
	if d.peek() != '"' {
		d.expected("a string")
		return
	}
	*v = T(d.text())
}

// Bool decodes a boolean.
func Bool(v *bool, d *Decoder) {
	switch d.peek() {
	case 't':
		d.literal("true")
		*v = true
	case 'f':
		d.literal("false")
		*v = false
	default:
		d.expected("a boolean")
	}
}

// Int decodes an integer.
func Int[T ~int64](v *T, d *Decoder) {
	start := d.pos
	if c := d.peek(); c != '-' && (c < '0' || c > '9') {
		d.expected("an integer")
		return
	}
	d.scalar()
	text := d.doc[start:d.pos]
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !json.Valid([]byte(text)) { // which refuses leading zeros
		d.Fail("expected an integer of 64 bits, got another number")
		return
	}
	*v = T(number)
}

// Float decodes a number.
func Float[T ~float64](v *T, d *Decoder) {
	start := d.pos
	if c := d.peek(); c != '-' && (c < '0' || c > '9') {
		d.expected("a number")
		return
	}
	d.scalar()
	text := d.doc[start:d.pos]
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || !json.Valid([]byte(text)) {
		d.Fail("expected a number that a float64 can hold")
		return
	}
	*v = T(number)
}

// Any decodes any value into what encoding/json makes of it.
func Any(v *any, d *Decoder) {
	field := d.Skip()
	if err := json.Unmarshal([]byte(field.Raw()), v); err != nil {
		d.Fail("expected a value that encoding/json can hold")
	}
}

// Time decodes a date and time. One without an offset is UTC: a list in which to look for a key, or an answer that
// may hold a new one, is not to be refused for a missing "Z".
func Time(v *time.Time, d *Decoder) { d.time(v, "a date and time", parseTime) }

// Date decodes a date, as midnight UTC.
func Date(v *time.Time, d *Decoder) {
	d.time(v, "a date", func(text string) (time.Time, bool) {
		t, err := time.Parse(time.DateOnly, text)
		return t, err == nil
	})
}

func (d *Decoder) time(v *time.Time, what string, parse func(string) (time.Time, bool)) {
	if d.peek() != '"' {
		d.expected(what)
		return
	}
	t, ok := parse(d.text())
	if !ok {
		d.Fail("expected " + what + ", got another string")
		return
	}
	*v = t
}

func parseTime(text string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t, true
	}
	// RFC 3339 allows a space or a small "t" and "z", and a leap second, which Go's clock does not know: the second
	// after it stands for it.
	if len(text) < len("2006-01-02T15:04:05") {
		return time.Time{}, false
	}
	day, clock, zone := text[:10], text[11:19], strings.ToUpper(text[19:])
	if separator := text[10]; separator != 'T' && separator != 't' && separator != ' ' {
		return time.Time{}, false
	}
	if !strings.HasSuffix(zone, "Z") && !strings.ContainsAny(zone, "+-") {
		zone += "Z"
	}
	leap := strings.HasSuffix(clock, ":60")
	if leap {
		clock = clock[:6] + "59"
	}
	t, err := time.Parse(time.RFC3339Nano, day+"T"+clock+zone)
	if err != nil {
		return time.Time{}, false
	}
	if leap {
		t = t.Truncate(time.Second).Add(time.Second)
	}
	return t, true
}

// Slice returns a function that decodes an array.
func Slice[T any](item func(*T, *Decoder)) func(*[]T, *Decoder) {
	return func(v *[]T, d *Decoder) { DecodeSlice(v, d, item) }
}

// DecodeSlice decodes an array. An empty one is not nil.
func DecodeSlice[T any](v *[]T, d *Decoder, item func(*T, *Decoder)) {
	if d.peek() != '[' {
		d.expected("an array")
		return
	}
	d.begin()
	items := []T{}
	for d.next(']') {
		start := d.pos
		var each T
		items = append(items, each)
		item(&items[len(items)-1], d)
		if size := d.pos - start; len(items) == 1 && size >= 100 {
			// Large items tend to be alike: what is left of the document says how many may come.
			items = append(make([]T, 0, 1+min((len(d.doc)-d.pos)/size+1, 1000)), items...)
		}
		if d.fail != "" {
			d.path = append(d.path, "["+strconv.Itoa(len(items)-1)+"]")
			return
		}
	}
	*v = items
}

// Map returns a function that decodes an object of any member names.
func Map[T any](item func(*T, *Decoder)) func(*map[string]T, *Decoder) {
	return func(v *map[string]T, d *Decoder) {
		d.Object()
		items := map[string]T{}
		for name, ok := d.Next(); ok; name, ok = d.Next() {
			var each T
			item(&each, d)
			if d.fail != "" {
				d.In(name)
				return
			}
			items[name] = each
		}
		*v = items
	}
}

// Pointer returns a function that decodes into a new variable. Schemas that contain themselves, and values that may be
// null in arrays and maps, are held by pointer.
func Pointer[T any](item func(*T, *Decoder)) func(**T, *Decoder) {
	return func(v **T, d *Decoder) {
		if d.peek() == 'n' {
			d.literal(Null)
			*v = nil
			return
		}
		*v = new(T)
		item(*v, d)
	}
}

// Strings decodes an array of strings.
func Strings(v *[]string, d *Decoder) { DecodeSlice(v, d, String[string]) }

// OrNull returns a function that decodes a value that may be null, which leaves the zero value.
func OrNull[T any](decode func(*T, *Decoder)) func(*T, *Decoder) {
	return func(v *T, d *Decoder) { Nullable(d, v, decode) }
}
