// Package pagination holds pages of listings, and iterators over their items.
package pagination

import (
	"context"
	"encoding/json"
	"iter"

	"go.boltz.bio/boltzapi/internal/jsonwalk"
	"go.boltz.bio/boltzapi/internal/requestconfig"
	"go.boltz.bio/boltzapi/packages/respjson"
)

// CursorPage is one page of a listing.
type CursorPage[T any] struct {
	Data    []T    `json:"data" api:"required"`
	FirstID string `json:"first_id" api:"nullable"`
	HasMore bool   `json:"has_more" api:"required"`
	LastID  string `json:"last_id" api:"nullable"`
	JSON    struct {
		Data        respjson.Field
		FirstID     respjson.Field
		HasMore     respjson.Field
		LastID      respjson.Field
		ExtraFields map[string]respjson.Field
		raw         respjson.Document
	} `json:"-"`

	// source is held by pointer, because printing a page must not show it.
	source *source[T]
}

type source[T any] struct {
	ctx   context.Context //nolint:containedctx // GetNextPage takes none
	place *requestconfig.Place
	item  func(*T, *jsonwalk.Decoder)
}

// Fetch gets the first page of the listing that r asks for. It is called by generated code.
func Fetch[T any](
	ctx context.Context, r requestconfig.Request, pages *requestconfig.Pagination, item func(*T, *jsonwalk.Decoder),
) (*CursorPage[T], error) {
	place, err := requestconfig.Begin(r, pages)
	if err != nil {
		return nil, err
	}
	return fetch(&source[T]{ctx, place, item})
}

func fetch[T any](s *source[T]) (*CursorPage[T], error) {
	page, err := requestconfig.Fetch(s.ctx, s.place, func(page *CursorPage[T], d *jsonwalk.Decoder) {
		page.decode(d, s.place.Pagination(), s.item)
	})
	if page != nil {
		page.source = s
	}
	return page, err
}

func (p *CursorPage[T]) decode(d *jsonwalk.Decoder, pages *requestconfig.Pagination, item func(*T, *jsonwalk.Decoder)) {
	start := d.Start()
	d.Object()
	for name, ok := d.Next(); ok; name, ok = d.Next() {
		switch {
		case name == pages.Items:
			p.JSON.Data = jsonwalk.Value(d, &p.Data, jsonwalk.Slice(item))
		case name == pages.More:
			p.JSON.HasMore = jsonwalk.Value(d, &p.HasMore, jsonwalk.Bool)
		case name == pages.Last:
			p.JSON.LastID = jsonwalk.Nullable(d, &p.LastID, jsonwalk.String)
		case name == pages.First:
			p.JSON.FirstID = jsonwalk.Nullable(d, &p.FirstID, jsonwalk.String)
		default:
			d.Extra(&p.JSON.ExtraFields, name)
		}
		if d.Failed() {
			d.In(name)
			return
		}
	}
	p.JSON.raw = d.Document(start)
	for _, name := range pages.Required {
		if p.field(pages, name).IsZero() {
			d.Missing(name)
		}
	}
}

func (p *CursorPage[T]) field(pages *requestconfig.Pagination, name string) respjson.Field {
	switch name {
	case pages.Items:
		return p.JSON.Data
	case pages.More:
		return p.JSON.HasMore
	case pages.Last:
		return p.JSON.LastID
	case pages.First:
		return p.JSON.FirstID
	}
	return p.JSON.ExtraFields[name]
}

// RawJSON returns the page as the server sent it.
func (p CursorPage[T]) RawJSON() string { return p.JSON.raw.Raw() }

// MarshalJSON implements json.Marshaler.
func (p CursorPage[T]) MarshalJSON() ([]byte, error) { return respjson.Marshal(p) }

// UnmarshalJSON implements json.Unmarshaler.
func (p *CursorPage[T]) UnmarshalJSON(data []byte) error {
	pages := &requestconfig.Pagination{
		Items: "data", More: "has_more", Last: "last_id", First: "first_id", Required: []string{"data", "has_more"},
	}
	return jsonwalk.Decode(string(data), p, func(p *CursorPage[T], d *jsonwalk.Decoder) {
		p.decode(d, pages, func(v *T, d *jsonwalk.Decoder) {
			if err := json.Unmarshal([]byte(d.Skip().Raw()), v); err != nil {
				d.FailWith(err)
			}
		})
	})
}

// HasNextPage reports whether there is another page.
func (p *CursorPage[T]) HasNextPage() bool { return p.HasMore }

// GetNextPage gets the next page, with the same filters, page size and options; nil after the last.
func (p *CursorPage[T]) GetNextPage() (*CursorPage[T], error) {
	if p.source == nil {
		return nil, nil
	}
	next, err := p.source.place.After(p.HasMore, p.FirstID, p.LastID)
	if next == nil || err != nil {
		return nil, err
	}
	return fetch(&source[T]{p.source.ctx, next, p.source.item})
}

// CursorPageAutoPager goes through the items of all pages, one after the other. It keeps one page at a time.
//
//	for pager.Next() {
//		item := pager.Current()
//	}
//	if err := pager.Err(); err != nil { ... }
type CursorPageAutoPager[T any] struct {
	first func() (*CursorPage[T], error)
	page  *CursorPage[T]
	cur   T
	next  int
	run   int
	err   error
}

// NewCursorPageAutoPager returns an iterator that begins with page, or has failed with err.
func NewCursorPageAutoPager[T any](page *CursorPage[T], err error) *CursorPageAutoPager[T] {
	return Lazy(func() (*CursorPage[T], error) { return page, err })
}

// Lazy returns an iterator that gets the first page when its first item is asked for.
func Lazy[T any](first func() (*CursorPage[T], error)) *CursorPageAutoPager[T] {
	return &CursorPageAutoPager[T]{first: first}
}

// Next goes to the next item, and reports whether there is one. After false, Err says whether that is the end.
func (r *CursorPageAutoPager[T]) Next() bool {
	for r.err == nil {
		switch {
		case r.first != nil:
			r.page, r.err = r.first()
			r.first = nil
		case r.page == nil:
			return false
		case r.next < len(r.page.Data):
			r.cur = r.page.Data[r.next]
			r.next++
			r.run++
			return true
		default:
			r.page, r.err = r.page.GetNextPage()
			r.next = 0
		}
	}
	return false
}

// Current returns the item that Next has gone to.
func (r *CursorPageAutoPager[T]) Current() T { return r.cur }

// Err returns the error that ended the iteration, or nil.
func (r *CursorPageAutoPager[T]) Err() error { return r.err }

// Index returns how many items came before the current one.
func (r *CursorPageAutoPager[T]) Index() int { return max(0, r.run-1) }

// All returns the items for a range loop. An error comes last, with a zero item.
//
//	for item, err := range pager.All() {
//		if err != nil { ... }
//	}
func (r *CursorPageAutoPager[T]) All() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for r.Next() {
			if !yield(r.cur, nil) {
				return
			}
		}
		if r.err != nil {
			var zero T
			yield(zero, r.err)
		}
	}
}
