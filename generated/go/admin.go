// Code generated from the contract by nox -s generate; DO NOT EDIT.

package boltzapi

import (
	"go.boltz.bio/boltzapi/option"
)

// AdminService has the operations under admin.
type AdminService struct {
	// Options are those of every call.
	Options []option.RequestOption
	APIKeys AdminAPIKeyService
}

// NewAdminService returns the service for a client with these options. NewClient calls it.
func NewAdminService(opts ...option.RequestOption) AdminService {
	return AdminService{
		Options: opts,
		APIKeys: NewAdminAPIKeyService(opts...),
	}
}
