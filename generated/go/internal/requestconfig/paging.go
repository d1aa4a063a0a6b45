package requestconfig

import (
	"context"

	"go.boltz.bio/boltzapi/internal/apierror"
	"go.boltz.bio/boltzapi/internal/jsonwalk"
)

// Pagination says how a listing goes from page to page.
type Pagination struct {
	// Items and More are the members of a page that hold its items, and say whether there are more pages.
	Items, More string
	// Forward is the parameter that carries the cursor onward, which a page has as Last.
	Forward, Last string
	// Backward is the parameter that carries the cursor back, which a page has as First; empty where there is none.
	Backward, First string
	// Required are the members that every page has.
	Required []string
}

// Place is a place in a listing: the request for its page, and how the walk came there.
type Place struct {
	pages *Pagination
	p     *prepared
	trail trail
}

// trail is where a walk has been, in constant space. It finds circles as Brent does: one cursor is remembered, and
// replaced whenever the number of pages has doubled. A walk that goes round meets the remembered one sooner or later.
type trail struct {
	current, remembered string
	steps, until        int
}

// Begin returns where the listing begins that r asks for.
func Begin(r Request, pages *Pagination) (*Place, error) {
	p, err := prepare(r)
	if err != nil {
		return nil, err
	}
	place := &Place{pages: pages, p: p, trail: trail{until: 1}}
	place.trail.current = p.cfg.query.Get(place.direction())
	return place, nil
}

// direction is the parameter that carries the cursor, which decides the way that the walk goes.
func (l *Place) direction() string {
	if l.pages.Backward != "" && l.p.cfg.query.Get(l.pages.Backward) != "" {
		return l.pages.Backward
	}
	return l.pages.Forward
}

// Pagination returns how the listing goes from page to page.
func (l *Place) Pagination() *Pagination { return l.pages }

// Fetch gets the page of a place.
func Fetch[T any](ctx context.Context, place *Place, decode func(*T, *jsonwalk.Decoder)) (*T, error) {
	return run(ctx, place.p, decode)
}

// After returns the place after a page, with the same filters, page size and options; nil after the last. Only more
// says whether there is one: a page may be empty because what it held was filtered out.
func (l *Place) After(more bool, first, last string) (*Place, error) {
	if !more {
		return nil, nil
	}
	way, cursor := l.direction(), last
	if way == l.pages.Backward {
		cursor = first
	}
	if cursor == "" {
		return nil, &apierror.PaginationError{}
	}
	onward, err := l.trail.onward(cursor)
	if err != nil {
		return nil, err
	}
	cfg, p := *l.p.cfg, *l.p
	cfg.query = make(map[string][]string, len(l.p.cfg.query)+1)
	for name, values := range l.p.cfg.query {
		cfg.query[name] = values
	}
	cfg.query.Set(way, cursor)
	p.cfg = &cfg
	if err := p.setQuery(cfg.query); err != nil {
		return nil, err
	}
	return &Place{l.pages, &p, onward}, nil
}

func (t trail) onward(cursor string) (trail, error) {
	if cursor == t.current || cursor == t.remembered {
		return t, &apierror.PaginationError{Cursor: cursor}
	}
	if t.steps+1 == t.until {
		return trail{cursor, cursor, 0, t.until * 2}, nil
	}
	return trail{cursor, t.remembered, t.steps + 1, t.until}, nil
}
