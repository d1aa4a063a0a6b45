module go.boltz.bio/boltzapi

go 1.24
